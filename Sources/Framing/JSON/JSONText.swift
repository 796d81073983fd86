/// The text of a JSON string between its quotes.
enum JSONText {
    /// Returns the position of the first byte from `start` on that is not a plain character of a string: a quote, a backslash or a control character.
    ///
    /// - Returns: `bytes.count`, or `start` if that is larger, when there is no such byte.
    static func plainEnd(of bytes: UnsafeRawBufferPointer, from start: Int) -> Int {
        var position = start
        // Eight bytes at a time.
        while bytes.count - position >= 8 {
            let marks = marks(in: UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self)))
            guard marks == 0 else { return position + marks.trailingZeroBitCount / 8 }
            position += 8
        }
        while position < bytes.count, !isMark(bytes[position]) { position += 1 }
        return position
    }

    private static func isMark(_ byte: UInt8) -> Bool { byte < 0x20 || byte == ASCII.quote || byte == ASCII.backslash }

    /// Returns a word whose lowest bit that is set is the highest bit of the first mark among the eight bytes of `word`; 0 if there is no mark.
    ///
    /// Source: Anderson, "Bit Twiddling Hacks", "Determine if a word has a byte less than n" (Stanford University, 2005). Bits above the lowest one
    /// may be wrong.
    private static func marks(in word: UInt64) -> UInt64 {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let quotes = word ^ (ones &* UInt64(ASCII.quote)), backslashes = word ^ (ones &* UInt64(ASCII.backslash))
        let controls = (word &- ones &* 0x20) & ~word
        return (controls | (quotes &- ones) & ~quotes | (backslashes &- ones) & ~backslashes) & (ones &* 0x80)
    }
}

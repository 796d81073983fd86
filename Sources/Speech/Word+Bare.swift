extension Word {
    /// The word in lower case, without punctuation at its edges: `“It's,` becomes `it's`. A label of hidden words keeps its brackets and capitals. A word with punctuation alone stays unchanged.
    public var bare: String { Self.bare(text) }

    /// Returns the text of a word in lower case, without punctuation at its edges. Takes the text alone, because a copy of the word costs more.
    package static func bare(_ text: String) -> String {
        if let short = asciiBare(text) { return short }
        let inner = text.drop { !isSpoken($0) }
        let trimmed = String(inner.reversed().drop { !isSpoken($0) }.reversed())
        return trimmed.isEmpty ? text.lowercased() : trimmed.lowercased()
    }

    private static func isSpoken(_ character: Character) -> Bool {
        character.isLetter || character.isNumber || "$€£%°#@&".contains(character)
    }

    /// `bare` for ASCII words; works on bytes for speed, since every word of every result passes here.
    private static func asciiBare(_ whole: String) -> String? {
        var text = whole
        return text.withUTF8 { bytes -> String? in
            // Most words are bare already.
            if !bytes.isEmpty, bytes.allSatisfy({ $0 &- 0x61 < 26 }) { return whole }
            if bytes.first == 0x5B, let label = label(bytes) { return label }
            var first = bytes.count, end = 0
            var hasCapitals = false
            for (position, byte) in bytes.enumerated() {
                guard byte < 0x80 else { return nil }
                if isSpoken(ascii: byte) {
                    first = min(first, position)
                    end = position + 1
                    if byte &- 0x41 < 26 { hasCapitals = true }
                }
            }
            let range = first < end ? first..<end : 0..<bytes.count
            if !hasCapitals, range == 0..<bytes.count { return whole }
            return String(unsafeUninitializedCapacity: range.count) { buffer in
                for (target, source) in range.enumerated() {
                    let byte = bytes[source]
                    buffer[target] = byte &- 0x41 < 26 ? byte | 0x20 : byte
                }
                return range.count
            }
        }
    }

    /// Returns a label that stands for hidden words, such as `[CREDIT_CARD_1]`, without the marks behind it; nil for other words.
    private static func label(_ bytes: UnsafeBufferPointer<UInt8>) -> String? {
        guard let end = bytes.lastIndex(of: 0x5D), end > 1 else { return nil }
        let name = bytes[1..<end]
        let isName = name.contains(0x5F) && name.allSatisfy { $0 == 0x5F || 48...57 ~= $0 || 65...90 ~= $0 || 97...122 ~= $0 }
        return isName ? String(decoding: bytes[...end], as: UTF8.self) : nil
    }

    private static func isSpoken(ascii byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x23...0x26, 0x40: true
        default: false
        }
    }
}

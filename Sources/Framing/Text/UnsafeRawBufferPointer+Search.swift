extension UnsafeRawBufferPointer {
    /// Where the byte is first, from `start` on. Looks at eight bytes in each step.
    func position(of byte: UInt8, from start: Int) -> Int? {
        let pattern = UInt64(byte) &* 0x0101_0101_0101_0101
        var position = start
        while position &+ 8 <= count {
            let difference = UInt64(littleEndian: loadUnaligned(fromByteOffset: position, as: UInt64.self)) ^ pattern
            // The lowest byte that is zero in the difference sets its highest bit here.
            let zeros = (difference &- 0x0101_0101_0101_0101) & ~difference & 0x8080_8080_8080_8080
            if zeros != 0 { return position + zeros.trailingZeroBitCount / 8 }
            position &+= 8
        }
        while position < count {
            if self[position] == byte { return position }
            position &+= 1
        }
        return nil
    }
}

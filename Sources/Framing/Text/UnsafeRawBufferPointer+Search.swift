extension UnsafeRawBufferPointer {
    /// Returns the first position of the byte, from `start` on; nil when there is none. Examines eight bytes in each step.
    func position(of byte: UInt8, from start: Int) -> Int? {
        let pattern = UInt64(byte) &* 0x0101_0101_0101_0101
        var position = start
        while position &+ 8 <= count {
            let difference = UInt64(littleEndian: loadUnaligned(fromByteOffset: position, as: UInt64.self)) ^ pattern
            // The lowest byte that is zero in `difference` gets its highest bit set here.
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

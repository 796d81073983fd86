/// The four bytes that are combined with a client's payload (RFC 6455 section 5.3).
struct WebSocketMask: Sendable, Equatable {
    /// The four bytes as a little-endian number: the first byte is the lowest.
    var rawValue: UInt32

    init(_ rawValue: UInt32) { self.rawValue = rawValue }

    /// Combines the bytes with the mask in place; a second call restores the bytes. Processes eight bytes in each step, which the compiler turns into
    /// larger steps.
    ///
    /// - Parameter position: the position of the first byte within the payload.
    func apply(to bytes: UnsafeMutableRawBufferPointer, position: Int) {
        guard let start = bytes.baseAddress else { return }
        let shift = UInt32(truncatingIfNeeded: position & 3) &* 8
        let turned = shift == 0 ? rawValue : rawValue &>> shift | rawValue &<< (32 &- shift)
        let word = (UInt64(turned) &<< 32 | UInt64(turned)).littleEndian
        let count = bytes.count
        var offset = 0
        while offset &+ 8 <= count {
            let place = start + offset
            place.storeBytes(of: place.loadUnaligned(as: UInt64.self) ^ word, as: UInt64.self)
            offset &+= 8
        }
        var rest = turned
        while offset < count {
            let place = start + offset
            place.storeBytes(of: place.load(as: UInt8.self) ^ UInt8(truncatingIfNeeded: rest), as: UInt8.self)
            rest &>>= 8
            // At most seven bytes are left, so the mask repeats at most once.
            if (offset &+ 1) & 7 == 4 { rest = turned }
            offset &+= 1
        }
    }
}

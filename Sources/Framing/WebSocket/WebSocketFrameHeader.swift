/// The header of a frame (RFC 6455 section 5.2), 2 to 14 bytes.
struct WebSocketFrameHeader: Sendable, Equatable {
    enum Opcode: UInt8, Sendable {
        case continuation = 0, text = 1, binary = 2, close = 8, ping = 9, pong = 10

        var isControl: Bool { rawValue >= 8 }
    }

    static let maximumSize = 14

    var isFinal: Bool
    /// The first reserved bit: true if the message is compressed.
    var isCompressed: Bool
    var opcode: Opcode
    var mask: WebSocketMask?
    /// Length of the payload, in bytes.
    var length: Int
    /// True if the length was written in the fewest possible bytes, as the protocol requires.
    var isMinimal = true

    init(isFinal: Bool = true, isCompressed: Bool = false, opcode: Opcode, mask: WebSocketMask? = nil, length: Int) {
        self.isFinal = isFinal
        self.isCompressed = isCompressed
        self.opcode = opcode
        self.mask = mask
        self.length = length
    }

    /// Returns the size in bytes of a header with this second byte.
    static func size(_ second: UInt8) -> Int {
        let length = second & 0x7F
        return 2 + (length == 127 ? 8 : length == 126 ? 2 : 0) + (second & 0x80 != 0 ? 4 : 0)
    }

    /// - Parameter bytes: at least as many bytes as `size` returns for the second byte.
    init(_ bytes: UnsafeRawBufferPointer) throws(WebSocketViolation) {
        guard bytes[0] & 0x30 == 0 else { throw .reservedBits }
        guard let opcode = Opcode(rawValue: bytes[0] & 0x0F) else { throw .reservedOpcode }
        isFinal = bytes[0] & 0x80 != 0
        isCompressed = bytes[0] & 0x40 != 0
        self.opcode = opcode
        let short = Int(bytes[1] & 0x7F)
        if opcode.isControl {
            guard isFinal else { throw .fragmentedControl }
            guard short <= 125 else { throw .controlTooLong }
            guard !isCompressed else { throw .reservedBits }
        }
        var position = 2
        switch short {
        case 126:
            length = Int(UInt16(bigEndian: bytes.loadUnaligned(fromByteOffset: 2, as: UInt16.self)))
            isMinimal = length > 125
            position = 4
        case 127:
            guard let long = Int(exactly: UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 2, as: UInt64.self))) else { throw .lengthOverflow }
            length = long
            isMinimal = length > 65_535
            position = 10
        default: length = short
        }
        guard bytes[1] & 0x80 != 0 else { return }
        mask = WebSocketMask(UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: UInt32.self)))
    }

    func append(to output: inout [UInt8]) {
        withUnsafeTemporaryAllocation(byteCount: Self.maximumSize, alignment: 1) { bytes in
            let maskBit: UInt8 = mask == nil ? 0 : 0x80
            bytes.storeBytes(of: (isFinal ? 0x80 : 0) | (isCompressed ? 0x40 : 0) | opcode.rawValue, as: UInt8.self)
            var count = 2
            switch length {
            case ...125: bytes.storeBytes(of: maskBit | UInt8(truncatingIfNeeded: length), toByteOffset: 1, as: UInt8.self)
            case ...65_535:
                bytes.storeBytes(of: maskBit | 126, toByteOffset: 1, as: UInt8.self)
                bytes.storeBytes(of: UInt16(truncatingIfNeeded: length).bigEndian, toByteOffset: 2, as: UInt16.self)
                count = 4
            default:
                bytes.storeBytes(of: maskBit | 127, toByteOffset: 1, as: UInt8.self)
                bytes.storeBytes(of: UInt64(length).bigEndian, toByteOffset: 2, as: UInt64.self)
                count = 10
            }
            if let mask {
                bytes.storeBytes(of: mask.rawValue.littleEndian, toByteOffset: count, as: UInt32.self)
                count += 4
            }
            output.append(contentsOf: UnsafeRawBufferPointer(rebasing: bytes[..<count]))
        }
    }
}

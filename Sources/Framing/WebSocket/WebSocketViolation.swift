/// A peer's breach of the WebSocket protocol.
package enum WebSocketViolation: Error, Sendable, Equatable {
    /// A reserved bit is set without an extension that defines it.
    case reservedBits
    case reservedOpcode
    /// A client's frame has no mask.
    case unmasked
    /// A server's frame has a mask.
    case masked
    case fragmentedControl
    case controlTooLong
    /// A continuation comes outside a message.
    case unexpectedContinuation
    /// A new message begins inside another message.
    case interleavedMessage
    /// The highest bit of a length is set.
    case lengthOverflow
    /// A client's length uses more bytes than necessary.
    case lengthNotMinimal
    case malformedClose
    case invalidCloseCode
    case invalidUTF8
    case invalidCompression
    /// The message is larger than `limit` bytes after decompression.
    case messageTooBig(limit: Int)

    /// The close code that the peer gets.
    package var code: WebSocketCloseCode {
        switch self {
        case .reservedBits, .reservedOpcode, .unmasked, .masked, .fragmentedControl, .controlTooLong, .unexpectedContinuation,
            .interleavedMessage, .lengthOverflow, .lengthNotMinimal, .malformedClose, .invalidCloseCode:
            .protocolError
        case .invalidUTF8, .invalidCompression: .invalidPayload
        case .messageTooBig: .messageTooBig
        }
    }
}

extension WebSocketViolation: CustomStringConvertible {
    /// Text that is short enough for the reason of a close frame.
    package var description: String {
        switch self {
        case .reservedBits: "reserved bits must be 0"
        case .reservedOpcode: "reserved opcode"
        case .unmasked: "client frames must be masked"
        case .masked: "server frames must not be masked"
        case .fragmentedControl: "control frames must not be fragmented"
        case .controlTooLong: "control frames have at most 125 bytes"
        case .unexpectedContinuation: "continuation without a message"
        case .interleavedMessage: "new message inside a fragmented one"
        case .lengthOverflow: "frame length out of range"
        case .lengthNotMinimal: "frame length must use the shortest form"
        case .malformedClose: "close frame with one byte"
        case .invalidCloseCode: "invalid close code"
        case .invalidUTF8: "text must be UTF-8"
        case .invalidCompression: "invalid compressed data"
        case .messageTooBig(let limit): "message larger than \(limit) bytes"
        }
    }
}

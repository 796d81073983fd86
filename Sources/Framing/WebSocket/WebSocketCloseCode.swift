/// The reason for which a WebSocket closes (RFC 6455 section 7.4).
package struct WebSocketCloseCode: Hashable, Sendable, CustomStringConvertible {
    package var rawValue: UInt16

    package init(_ rawValue: UInt16) { self.rawValue = rawValue }

    package static let normal = WebSocketCloseCode(1000)
    package static let goingAway = WebSocketCloseCode(1001)
    package static let protocolError = WebSocketCloseCode(1002)
    /// The close frame had no code. Never sent.
    package static let noStatus = WebSocketCloseCode(1005)
    /// The connection ended without a close frame. Never sent.
    package static let abnormal = WebSocketCloseCode(1006)
    package static let invalidPayload = WebSocketCloseCode(1007)
    package static let messageTooBig = WebSocketCloseCode(1009)
    package static let internalError = WebSocketCloseCode(1011)
    package static let badGateway = WebSocketCloseCode(1014)

    /// True if a close frame may carry the code.
    package var isSendable: Bool {
        switch rawValue {
        case 1000...1003, 1007...1014, 3000...4999: true
        default: false
        }
    }

    package var description: String { "\(rawValue)" }
}

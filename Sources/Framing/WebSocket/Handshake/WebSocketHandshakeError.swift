/// The reason for which a connection did not become a WebSocket.
package enum WebSocketHandshakeError: Error, Sendable, Equatable {
    // Errors that a server finds in a request.
    case notGet
    /// The request lacks `Upgrade: websocket` or `Connection: Upgrade`, or has an old version of HTTP.
    case notAnUpgrade
    /// The WebSocket version is not 13.
    case unsupportedVersion
    /// `Sec-WebSocket-Key` is missing, repeated or not 16 bytes in Base64.
    case malformedKey
    case malformedExtensions

    // Errors that a client finds in an answer.
    /// The status is not 101.
    case rejected(HTTPStatus)
    /// The status is 101, but `Upgrade` or `Connection` is wrong.
    case notUpgraded
    case wrongAccept
    case unofferedSubprotocol(String)
    case unofferedExtension

    /// The status with which a server answers.
    package var status: HTTPStatus {
        switch self {
        case .notGet: .methodNotAllowed
        case .notAnUpgrade, .unsupportedVersion: .upgradeRequired
        case .malformedKey, .malformedExtensions: .badRequest
        case .rejected, .notUpgraded, .wrongAccept, .unofferedSubprotocol, .unofferedExtension: .badGateway
        }
    }

    /// The fields that belong to the status.
    package var headers: HTTPHeaders {
        switch self {
        case .notGet: ["Allow": "GET"]
        case .notAnUpgrade: ["Upgrade": "websocket", "Connection": "Upgrade"]
        case .unsupportedVersion: ["Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13"]
        case .malformedKey, .malformedExtensions, .rejected, .notUpgraded, .wrongAccept, .unofferedSubprotocol, .unofferedExtension: [:]
        }
    }
}

extension WebSocketHandshakeError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .notGet: "A WebSocket begins with a GET request."
        case .notAnUpgrade: "This is a WebSocket endpoint: send Connection: Upgrade and Upgrade: websocket with HTTP/1.1."
        case .unsupportedVersion: "The only Sec-WebSocket-Version supported is 13."
        case .malformedKey: "Sec-WebSocket-Key must appear once and have 16 bytes in Base64."
        case .malformedExtensions: "Sec-WebSocket-Extensions is malformed."
        case .rejected(let status): "The server answered \(status) instead of opening a WebSocket."
        case .notUpgraded: "The server's answer does not upgrade to a WebSocket."
        case .wrongAccept: "The server's Sec-WebSocket-Accept does not match the key."
        case .unofferedSubprotocol: "The server chose a subprotocol that was not offered."
        case .unofferedExtension: "The server chose an extension that was not offered."
        }
    }
}

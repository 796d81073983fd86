/// A client's request to open a WebSocket, and the check of the answer (RFC 6455 section 4.1).
package struct WebSocketClientHandshake: Sendable {
    /// The agreement of both sides.
    package struct Agreement: Sendable, Equatable {
        package var subprotocol: String?
        package var compression: PermessageDeflate?

        package init(subprotocol: String? = nil, compression: PermessageDeflate? = nil) {
            self.subprotocol = subprotocol
            self.compression = compression
        }
    }

    private let key: String
    private let subprotocols: [String]
    private let offersCompression: Bool

    /// - Parameters:
    ///   - nonce: 16 random bytes.
    ///   - subprotocols: the offered subprotocols, in order of preference.
    package init(nonce: [UInt8], subprotocols: [String] = [], offersCompression: Bool = false) {
        key = Base64.encode(nonce)
        self.subprotocols = subprotocols
        self.offersCompression = offersCompression
    }

    /// Returns the fields of the `GET` request, to which the caller adds its own.
    ///
    /// - Parameter authority: the value of `Host`.
    package func headers(authority: String) -> HTTPHeaders {
        var headers: HTTPHeaders = [
            "Host": authority, "Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": key,
        ]
        if !subprotocols.isEmpty { headers.add("Sec-WebSocket-Protocol", subprotocols.joined(separator: ", ")) }
        if offersCompression { headers.add("Sec-WebSocket-Extensions", PermessageDeflate.name) }
        return headers
    }

    package func check(_ answer: HTTPResponseHead) throws(WebSocketHandshakeError) -> Agreement {
        guard answer.status == .switchingProtocols else { throw .rejected(answer.status) }
        guard answer.headers.has("Upgrade", element: "websocket"), answer.headers.has("Connection", element: "upgrade") else { throw .notUpgraded }
        guard answer.headers.values("Sec-WebSocket-Accept") == [WebSocketServerHandshake.accept(for: key)] else { throw .wrongAccept }
        var agreement = Agreement()
        let chosen = answer.headers.values("Sec-WebSocket-Protocol")
        if let subprotocol = chosen.first {
            guard chosen.count == 1, subprotocols.contains(subprotocol) else { throw .unofferedSubprotocol(subprotocol) }
            agreement.subprotocol = subprotocol
        }
        let extensions = answer.headers.values("Sec-WebSocket-Extensions").joined(separator: ",")
        guard let elements = HeaderElement.list(parsing: extensions) else { throw .unofferedExtension }
        if let element = elements.first {
            guard offersCompression, elements.count == 1, let compression = PermessageDeflate(element, isOffer: false) else {
                throw .unofferedExtension
            }
            agreement.compression = compression
        }
        return agreement
    }
}

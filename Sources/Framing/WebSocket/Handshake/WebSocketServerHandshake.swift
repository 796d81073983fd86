/// A client's request to open a WebSocket, and the server's answer (RFC 6455 section 4.2).
package struct WebSocketServerHandshake: Sendable, Equatable {
    /// The subprotocols in the client's order of preference. Some clients put a credential here: never print them.
    package let subprotocols: [String]
    private let accept: String
    private let offers: [HeaderElement]

    package init(_ request: HTTPRequestHead) throws(WebSocketHandshakeError) {
        guard request.method == .get else { throw .notGet }
        guard request.asksForWebSocket else { throw .notAnUpgrade }
        guard request.headers.values("Sec-WebSocket-Version") == ["13"] else { throw .unsupportedVersion }
        let keys = request.headers.values("Sec-WebSocket-Key")
        guard keys.count == 1, Base64.decode(keys[0])?.count == 16 else { throw .malformedKey }
        accept = Self.accept(for: keys[0])
        subprotocols = request.headers.elements("Sec-WebSocket-Protocol")
        guard let offers = HeaderElement.list(parsing: request.headers.values("Sec-WebSocket-Extensions").joined(separator: ",")) else {
            throw .malformedExtensions
        }
        self.offers = offers
    }

    /// Returns the first of the client's subprotocols that the server speaks; nil when there is none.
    package func subprotocol(among spoken: [String]) -> String? {
        subprotocols.first { spoken.contains($0) }
    }

    /// Returns the agreement to the first acceptable offer of compression; nil when there is none.
    ///
    /// - Parameter forgetting: true if both sides start anew with each message, which compresses less and saves memory.
    package func compression(forgetting: Bool) -> PermessageDeflate? {
        for offer in offers {
            guard let offered = PermessageDeflate(offer, isOffer: true) else { continue }
            // zlib cannot compress within a window of 256 bytes.
            guard offered.serverWindowBits > 8 else { continue }
            return PermessageDeflate(
                serverForgets: offered.serverForgets || forgetting, clientForgets: offered.clientForgets || forgetting,
                serverWindowBits: offered.serverWindowBits)
        }
        return nil
    }

    /// Returns the answer that opens the WebSocket.
    ///
    /// - Parameter subprotocol: one of the client's, or nil.
    package func answer(subprotocol: String?, compression: PermessageDeflate?, headers: HTTPHeaders = [:]) -> HTTPResponseHead {
        var all: HTTPHeaders = ["Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Accept": accept]
        all.set("Sec-WebSocket-Protocol", subprotocol)
        all.set("Sec-WebSocket-Extensions", compression?.header)
        all.append(headers)
        return HTTPResponseHead(.switchingProtocols, headers: all)
    }

    static func accept(for key: String) -> String {
        Base64.encode(SHA1.digest(Array((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").utf8)))
    }
}

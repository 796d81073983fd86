import Framing
import Testing

@Suite struct `WebSocket handshake` {
    private func request(_ changes: HTTPHeaders = [:], method: HTTPMethod = .get, version: HTTPVersion = .http11) throws -> HTTPRequestHead {
        var headers: HTTPHeaders = [
            "Host": "server.example.com", "Upgrade": "websocket", "Connection": "keep-alive, Upgrade",
            "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
            "Sec-WebSocket-Version": "13",
        ]
        for change in changes.fields { headers.set(change.name, change.value.isEmpty ? nil : change.value) }
        return try HTTPRequestHead(method, "/chat", version: version, headers: headers)
    }

    // RFC 6455 section 1.3.
    @Test func `answers the standard's example`() throws {
        let handshake = try WebSocketServerHandshake(try request(["Sec-WebSocket-Protocol": "chat, superchat"]))
        #expect(handshake.subprotocols == ["chat", "superchat"])
        let answer = handshake.answer(subprotocol: handshake.subprotocol(among: ["superchat"]), compression: nil, headers: ["X-Id": "7"])
        #expect(answer.status == .switchingProtocols)
        #expect(
            answer.headers == [
                "Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Accept": "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=",
                "Sec-WebSocket-Protocol": "superchat", "X-Id": "7",
            ])
    }

    @Test func `a credential may stand among the subprotocols`() throws {
        let handshake = try WebSocketServerHandshake(try request(["Sec-WebSocket-Protocol": "token, 0123abc=.-_~"]))
        #expect(handshake.subprotocols == ["token", "0123abc=.-_~"])
        #expect(handshake.subprotocol(among: ["token"]) == "token")
        #expect(handshake.subprotocol(among: ["bearer"]) == nil)
    }

    @Test(
        arguments: [
            (["Upgrade": ""], WebSocketHandshakeError.notAnUpgrade, 426), (["Connection": "keep-alive"], .notAnUpgrade, 426),
            (["Upgrade": "h2c"], .notAnUpgrade, 426), (["Sec-WebSocket-Version": "8"], .unsupportedVersion, 426),
            (["Sec-WebSocket-Version": ""], .unsupportedVersion, 426),
            (["Sec-WebSocket-Key": ""], .malformedKey, 400), (["Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ"], .malformedKey, 400),
            (["Sec-WebSocket-Key": "AAAA"], .malformedKey, 400), (["Sec-WebSocket-Extensions": "x; a=\"b"], .malformedExtensions, 400),
        ] as [(HTTPHeaders, WebSocketHandshakeError, Int)])
    func `rejects requests`(changes: HTTPHeaders, error: WebSocketHandshakeError, status: Int) throws {
        let request = try request(changes)
        #expect(throws: error) { try WebSocketServerHandshake(request) }
        #expect(error.status.code == status)
    }

    @Test func `only GET in HTTP 1.1 opens one`() throws {
        let post = try request(method: .post)
        #expect(throws: WebSocketHandshakeError.notGet) { try WebSocketServerHandshake(post) }
        let old = try request(version: .http10)
        #expect(throws: WebSocketHandshakeError.notAnUpgrade) { try WebSocketServerHandshake(old) }
        #expect(WebSocketHandshakeError.unsupportedVersion.headers["Sec-WebSocket-Version"] == "13")
    }

    @Test(
        arguments: [
            ("permessage-deflate", PermessageDeflate()), ("permessage-deflate; client_max_window_bits", PermessageDeflate()),
            ("permessage-deflate; client_max_window_bits=10; server_max_window_bits=\"11\"", PermessageDeflate(serverWindowBits: 11)),
            (
                "x-other, permessage-deflate;server_no_context_takeover ;client_no_context_takeover",
                PermessageDeflate(serverForgets: true, clientForgets: true)
            ),
            ("permessage-deflate; server_max_window_bits=8, permessage-deflate", PermessageDeflate()),
            ("permessage-deflate; server_max_window_bits=8", nil),
            ("permessage-deflate; server_max_window_bits", nil), ("permessage-deflate; server_max_window_bits=09", nil),
            ("permessage-deflate; magic", nil),
            ("permessage-deflate; server_no_context_takeover=1", nil), ("permessage-deflate; client_max_window_bits=16", nil),
            ("permessage-deflate; server_no_context_takeover; server_no_context_takeover", nil), ("x-webkit-deflate-frame", nil), ("", nil),
        ] as [(String, PermessageDeflate?)])
    func `agrees to the first offer of compression that can be kept`(offer: String, agreed: PermessageDeflate?) throws {
        let handshake = try WebSocketServerHandshake(try request(["Sec-WebSocket-Extensions": offer]))
        #expect(handshake.compression(forgetting: false) == agreed)
    }

    @Test func `says what it agreed to`() throws {
        let handshake = try WebSocketServerHandshake(try request(["Sec-WebSocket-Extensions": "permessage-deflate; server_max_window_bits=9"]))
        let answer = handshake.answer(subprotocol: nil, compression: handshake.compression(forgetting: true))
        #expect(
            answer.headers["Sec-WebSocket-Extensions"]
                == "permessage-deflate; server_no_context_takeover; client_no_context_takeover; server_max_window_bits=9")
    }

    @Test(arguments: [false, true], [nil, "b"])
    func `client and server agree`(compressed: Bool, subprotocol: String?) throws {
        let client = WebSocketClientHandshake(nonce: Array(1...16), subprotocols: ["a", "b"], offersCompression: compressed)
        let server = try WebSocketServerHandshake(try HTTPRequestHead(.get, "/", headers: client.headers(authority: "h:1")))
        let compression = server.compression(forgetting: true)
        let agreement = try client.check(server.answer(subprotocol: subprotocol, compression: compression))
        #expect(
            agreement == .init(subprotocol: subprotocol, compression: compressed ? PermessageDeflate(serverForgets: true, clientForgets: true) : nil))
    }

    @Test(
        arguments: [
            (401, [:], WebSocketHandshakeError.rejected(HTTPStatus(401))), (200, [:], .rejected(.ok)), (101, ["Upgrade": ""], .notUpgraded),
            (101, ["Connection": "close"], .notUpgraded), (101, ["Sec-WebSocket-Accept": ""], .wrongAccept),
            (101, ["Sec-WebSocket-Accept": "x"], .wrongAccept),
            (101, ["Sec-WebSocket-Protocol": "c"], .unofferedSubprotocol("c")), (101, ["Sec-WebSocket-Extensions": "x"], .unofferedExtension),
            (101, ["Sec-WebSocket-Extensions": "permessage-deflate; client_max_window_bits=10"], .unofferedExtension),
            (101, ["Sec-WebSocket-Extensions": "permessage-deflate, permessage-deflate"], .unofferedExtension),
        ] as [(Int, HTTPHeaders, WebSocketHandshakeError)])
    func `a client rejects wrong answers`(status: Int, changes: HTTPHeaders, error: WebSocketHandshakeError) throws {
        let client = WebSocketClientHandshake(nonce: Array(1...16), subprotocols: ["a"], offersCompression: true)
        let server = try WebSocketServerHandshake(try HTTPRequestHead(.get, "/", headers: client.headers(authority: "h")))
        var answer = server.answer(subprotocol: "a", compression: nil)
        answer.status = HTTPStatus(status)
        for change in changes.fields { answer.headers.set(change.name, change.value.isEmpty ? nil : change.value) }
        #expect(throws: error) { try client.check(answer) }
    }

    @Test func `compression that was not offered is rejected`() throws {
        let client = WebSocketClientHandshake(nonce: Array(1...16))
        let server = try WebSocketServerHandshake(try HTTPRequestHead(.get, "/", headers: client.headers(authority: "h")))
        #expect(throws: WebSocketHandshakeError.unofferedExtension) {
            try client.check(server.answer(subprotocol: nil, compression: PermessageDeflate()))
        }
    }
}

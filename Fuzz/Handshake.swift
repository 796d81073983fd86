import Framing

/// A client's extensions and subprotocols, a line each. Whatever the server agrees to, our own client must be able to read.
func fuzzHandshake(_ bytes: RawSpan) {
    let lines = bytes.withUnsafeBytes { bytes in
        bytes.split(separator: UInt8(ascii: "\n"), maxSplits: 1, omittingEmptySubsequences: false).map { String(decoding: $0, as: UTF8.self) }
    }
    let client = WebSocketClientHandshake(nonce: Array(0..<16), subprotocols: ["a"], offersCompression: true)
    var headers = client.headers(authority: "h")
    headers.set("Sec-WebSocket-Extensions", lines.first)
    headers.set("Sec-WebSocket-Protocol", lines.count > 1 ? lines[1] : nil)
    guard let request = try? HTTPRequestHead(.get, "/", headers: headers), let server = try? WebSocketServerHandshake(request) else { return }
    let compression = server.compression(forgetting: bytes.byteCount & 1 == 0)
    let subprotocol = server.subprotocol(among: ["a"])
    guard let agreement = try? client.check(server.answer(subprotocol: subprotocol, compression: compression)) else {
        preconditionFailure("our own answer is refused")
    }
    precondition(agreement == .init(subprotocol: subprotocol, compression: compression), "the answer says something else than was agreed")
    if let decoded = Base64.decode(lines[0]) { precondition(Base64.encode(decoded) == lines[0], "Base64 does not come back") }
}

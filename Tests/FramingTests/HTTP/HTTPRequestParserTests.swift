import Framing
import Testing

@Suite struct `HTTP request parser` {
    private func head(
        _ method: HTTPMethod, _ target: String, version: HTTPVersion = .http11, headers: HTTPHeaders, body: HTTPBodyLength = .none
    ) throws -> ParserEvent<HTTPRequestHead> {
        .head(try HTTPRequestHead(method, target, version: version, headers: headers, body: body))
    }

    @Test func `reads pipelined requests with every kind of body`() throws {
        let stream = Array(
            """
            \r\nGET /a?b=c HTTP/1.1\r\nHost: h\r\nAccept:  */* \t\r\nX-Empty:\r\n\r\n\
            POST /p HTTP/1.1\r\nhost: h:8080\r\nContent-Length: 5\r\n\r\nhello\
            PUT /q HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: Chunked\r\n\r\n5\r\nhello\r\nB;ext="x;y"\r\n, wörld \t!\r\n000\r\nTrailer: x\r\nT2:\r\n\r\n\
            POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n\
            GET / HTTP/1.0\r\n\r\n
            """.utf8)
        let expected: [ParserEvent<HTTPRequestHead>] = [
            try head(.get, "/a?b=c", headers: ["Host": "h", "Accept": "*/*", "X-Empty": ""]), .end,
            try head(.post, "/p", headers: ["host": "h:8080", "Content-Length": "5"], body: .known(5)), .body("hello"), .end,
            try head(.put, "/q", headers: ["Host": "h", "Transfer-Encoding": "Chunked"], body: .chunked), .body("hello, wörld \t!"), .end,
            try head(.post, "/", headers: ["Host": "h", "Content-Length": "0"]), .end,
            try head(.get, "/", version: .http10, headers: [:]), .end,
        ]
        // The body has a two-byte letter, which a cut could part in the dialogue's own joining: compare whole first.
        #expect(HTTPDialogue.requests(stream) == expected)
        let letter = try #require(stream.firstIndex(of: 0xC3)) + 1
        for cut in 0...stream.count where cut != letter {
            #expect(HTTPDialogue.requests(stream, cuts: [cut]) == expected, "cut at \(cut)")
        }
        let ascii = stream.map { $0 < 0x80 ? $0 : 0x6F }
        #expect(HTTPDialogue.requests(ascii, cuts: Array(1..<ascii.count)) == HTTPDialogue.requests(ascii))
    }

    @Test(
        arguments: [
            // Lengths that two servers could read differently.
            ("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", HTTPError.ambiguousLength),
            ("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n", .ambiguousLength),
            ("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: identity\r\nContent-Length: 4\r\n\r\n", .ambiguousLength),
            ("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\n", .repeatedContentLength),
            ("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\ncontent-length: 4\r\n\r\n", .repeatedContentLength),
            ("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 4, 4\r\n\r\n", .malformedContentLength),
            ("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: +4\r\n\r\n", .malformedContentLength),
            ("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: -1\r\n\r\n", .malformedContentLength),
            ("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 0x4\r\n\r\n", .malformedContentLength),
            ("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 4 4\r\n\r\n", .malformedContentLength),
            ("POST / HTTP/1.1\r\nHost: h\r\nContent-Length:\r\n\r\n", .malformedContentLength),
            ("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 4_0\r\n\r\n", .malformedContentLength),
            ("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", .unsupportedTransferEncoding),
            ("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: xchunked\r\n\r\n", .unsupportedTransferEncoding),
            ("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked, chunked\r\n\r\n", .unsupportedTransferEncoding),
            ("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n", .unsupportedTransferEncoding),
            ("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: \"chunked\"\r\n\r\n", .unsupportedTransferEncoding),
            ("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding:\r\n\r\n", .unsupportedTransferEncoding),
            ("POST / HTTP/1.0\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n", .unsupportedTransferEncoding),
            ("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding : chunked\r\n\r\n", .malformedField),
            ("POST / HTTP/1.1\r\nHost: h\r\nContent-Length : 4\r\n\r\n", .malformedField),
            ("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding:\u{b}chunked\r\n\r\n", .invalidCharacter),
            ("POST / HTTP/1.1\r\nHost: h\r\nX: a\r\n Content-Length: 4\r\n\r\n", .malformedField),
            ("POST / HTTP/1.1\r\n Host: h\r\n\r\n", .malformedField),
            ("POST / HTTP/1.1\r\nHost: h\r\n\tfolded\r\n\r\n", .malformedField),
            // Line ends and characters.
            ("GET / HTTP/1.1\nHost: h\n\n", .invalidCharacter), ("GET / HTTP/1.1\r\nHost: h\n\r\n", .invalidCharacter),
            ("GET / HTTP/1.1\r\nHost: h\r\n\n", .invalidCharacter), ("GET / HTTP/1.1\r\nX: a\rb\r\nHost: h\r\n\r\n", .invalidCharacter),
            ("GET / HTTP/1.1\r\r\nHost: h\r\n\r\n", .invalidCharacter), ("GET / HTTP/1.1\r\nX: a\0b\r\nHost: h\r\n\r\n", .invalidCharacter),
            ("GET / HTTP/1.1\r\nX: a\u{7f}b\r\nHost: h\r\n\r\n", .invalidCharacter), ("\n", .invalidCharacter), ("\r\n\r\n", .malformedStartLine),
            ("\u{16}\u{3}\u{1}\u{2}\0", .invalidCharacter),
            ("GET / HTTP/1.1\r\nHost: h\r\nno colon\r\n\r\n", .malformedField), ("GET / HTTP/1.1\r\nHost: h\r\n: empty\r\n\r\n", .malformedField),
            ("GET / HTTP/1.1\r\nHost: h\r\nb@d: x\r\n\r\n", .malformedField), ("GET / HTTP/1.1\r\nHost: h\r\nbéd: x\r\n\r\n", .malformedField),
            // Start lines.
            ("GET /\r\n\r\n", .malformedStartLine), ("GET\r\n\r\n", .malformedStartLine), ("GET  / HTTP/1.1\r\nHost: h\r\n\r\n", .malformedStartLine),
            (" GET / HTTP/1.1\r\nHost: h\r\n\r\n", .malformedStartLine), ("GET /  HTTP/1.1\r\nHost: h\r\n\r\n", .malformedStartLine),
            ("GET / HTTP/1.1 \r\nHost: h\r\n\r\n", .malformedStartLine), ("GET / http/1.1\r\nHost: h\r\n\r\n", .malformedStartLine),
            ("GET\t/\tHTTP/1.1\r\nHost: h\r\n\r\n", .malformedStartLine), ("GET / HTTP/1.1x\r\nHost: h\r\n\r\n", .malformedStartLine),
            ("G@T / HTTP/1.1\r\nHost: h\r\n\r\n", .malformedStartLine), ("GET / HTTP/01.1\r\nHost: h\r\n\r\n", .malformedStartLine),
            ("GET / HTTP/1.2\r\nHost: h\r\n\r\n", .unsupportedVersion), ("GET / HTTP/0.9\r\nHost: h\r\n\r\n", .unsupportedVersion),
            ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", .unsupportedVersion), ("CONNECT h:443 HTTP/1.1\r\nHost: h\r\n\r\n", .unsupportedMethod),
            // Hosts.
            ("GET / HTTP/1.1\r\n\r\n", .missingHost), ("GET http://h/ HTTP/1.1\r\n\r\n", .missingHost),
            ("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", .repeatedHost), ("GET / HTTP/1.0\r\nHost: a\r\nhost: b\r\n\r\n", .repeatedHost),
            ("GET / HTTP/1.1\r\nHost: a, b\r\n\r\n", .malformedHost), ("GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", .malformedHost),
            ("GET / HTTP/1.1\r\nHost: u@h\r\n\r\n", .malformedHost), ("GET / HTTP/1.1\r\nHost: h:8x\r\n\r\n", .malformedHost),
            // Chunks.
            ("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n\r\n", .malformedChunk),
            ("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n", .malformedChunk),
            ("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0x5\r\n", .malformedChunk),
            ("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5 \r\n", .malformedChunk),
            ("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n", .malformedChunk),
            ("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5\n", .malformedChunk),
            ("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5\rx", .malformedChunk),
            ("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5;a\nb", .malformedChunk),
            ("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n10000000000000005\r\n", .malformedChunk),
            ("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFF\r\n", .malformedChunk),
            ("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n00000000000000001\r\n", .malformedChunk),
            ("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nnocolon\r\n", .malformedTrailer),
            ("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n folded: x\r\n", .malformedTrailer),
            ("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX: a\n", .malformedTrailer),
            ("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\rx", .malformedTrailer),
        ] as [(String, HTTPError)])
    func `rejects for good, wherever it is cut`(text: String, error: HTTPError) {
        let stream = Array(text.utf8)
        let said = HTTPDialogue.requests(stream)
        #expect(said.last == .error(error))
        #expect(error.closesConnection)
        for cut in 0...stream.count {
            #expect(HTTPDialogue.requests(stream, cuts: [cut]) == said, "cut at \(cut)")
        }
        #expect(HTTPDialogue.requests(stream, cuts: Array(0..<stream.count)) == said)
    }

    @Test func `bytes after chunk data must be a line end`() {
        let stream = Array("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabcd\r\n".utf8)
        #expect(HTTPDialogue.requests(stream).suffix(2) == [.body("abc"), .error(.malformedChunk)])
    }

    @Test(
        arguments: [
            ("GET /%zz HTTP/1.1\r\nHost: h\r\n", HTTPError.malformedEscape), ("GET /?a=%ff HTTP/1.1\r\nHost: h\r\n", .malformedEscape),
            ("GET a HTTP/1.1\r\nHost: h\r\n", .malformedTarget), ("GET /../x HTTP/1.1\r\nHost: h\r\n", .malformedTarget),
            ("POST / HTTP/1.1\r\nHost: h\r\nExpect: magic\r\n", .unsupportedExpectation),
            ("GET /?\(String(repeating: "a&", count: 2_000)) HTTP/1.1\r\nHost: h\r\n", .tooManyQueryPairs(limit: 1_024)),
        ] as [(String, HTTPError)])
    func `a request that is only wrong in itself leaves the connection usable`(text: String, error: HTTPError) throws {
        let stream = Array((text + "Content-Length: 2\r\n\r\nokGET / HTTP/1.1\r\nHost: h\r\n\r\n").utf8)
        let said = HTTPDialogue.requests(stream)
        #expect(said == [.error(error), .body("ok"), .end, try head(.get, "/", headers: ["Host": "h"]), .end])
        #expect(HTTPDialogue.requests(stream, cuts: [text.utf8.count]) == said)
    }

    @Test(
        arguments: [
            ("GET /\(String(repeating: "a", count: 100)) HTTP/1.1\r\nHost: h\r\n\r\n", HTTPError.startLineTooLong(limit: 64), 414),
            ("GET / HTTP/1.1\r\nHost: h\r\nX: \(String(repeating: "a", count: 200))\r\n\r\n", .headTooLarge(limit: 128), 431),
            ("GET / HTTP/1.1\r\nHost: h\r\n\(String(repeating: "a:\r\n", count: 5))\r\n", .tooManyFields(limit: 5), 431),
            ("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 11\r\n\r\n", .bodyTooLarge(limit: 10), 413),
            ("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 99999999999999999999\r\n\r\n", .bodyTooLarge(limit: 10), 413),
            ("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nB\r\n", .bodyTooLarge(limit: 10), 413),
            ("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n6\r\nabcdef\r\n5\r\n", .bodyTooLarge(limit: 10), 413),
            ("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n7FFFFFFFFFFFFFFF\r\n", .bodyTooLarge(limit: 10), 413),
            ("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n1;aaaaaaaaaaaaaaaaaaaaa\r\n", .malformedChunk, 400),
            (
                "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\na: \(String(repeating: "b", count: 40))\r\n\r\n",
                .malformedTrailer, 400
            ),
        ] as [(String, HTTPError, Int)])
    func `limits everything that can grow`(text: String, error: HTTPError, status: Int) {
        let limits = HTTPLimits(head: 128, startLine: 64, fields: 5, body: 10, chunkExtensions: 16, trailers: 32)
        let stream = Array(text.utf8)
        let said = HTTPDialogue.requests(stream, limits: limits)
        #expect(said.last == .error(error))
        #expect(error.status.code == status)
        #expect(HTTPDialogue.requests(stream, cuts: Array(0..<stream.count), limits: limits) == said)
    }

    @Test func `a head as large as the limit passes`() {
        let text = "GET / HTTP/1.1\r\nHost: h\r\nX: a\r\n\r\n"
        let limits = HTTPLimits(head: text.utf8.count, startLine: 14, fields: 2)
        #expect(HTTPDialogue.requests(Array(text.utf8), limits: limits).count == 2)
    }

    @Test func `a route can lower the limit of the body at hand only`() throws {
        var parser = HTTPRequestParser()
        let input = Array("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabcPOST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc".utf8)
        var offset = 0
        _ = try parser.next(input.span.bytes, from: &offset)
        parser.limitBody(to: 3)
        #expect(try parser.next(input.span.bytes, from: &offset) == .body(47..<50))
        #expect(try parser.next(input.span.bytes, from: &offset) == .end)
        #expect(parser.isBetweenRequests)
        #expect(offset == 50)
        _ = try parser.next(input.span.bytes, from: &offset)
        #expect(!parser.isBetweenRequests)
        parser.limitBody(to: 2)
        for _ in 1...2 {
            #expect(throws: HTTPError.bodyTooLarge(limit: 2)) { _ = try parser.next(input.span.bytes, from: &offset) }
        }
    }

    @Test func `what follows an upgrade is left alone`() throws {
        var parser = HTTPRequestParser()
        let text = "GET /v1/listen HTTP/1.1\r\nHost: h\r\nConnection: keep-alive, Upgrade\r\nUpgrade: WebSocket\r\n\r\n"
        let input = Array((text + "\u{1}\u{2}").utf8)
        var offset = 0
        guard case .head(let head) = try parser.next(input.span.bytes, from: &offset) else { throw CancellationError() }
        #expect(head.asksForWebSocket)
        #expect(offset == text.utf8.count)
        #expect(try parser.next(input.span.bytes, from: &offset) == .end)
        #expect(offset == text.utf8.count)
    }

    @Test(arguments: [
        ("HTTP/1.1", "100-Continue", "Content-Length: 2", true), ("HTTP/1.1", "100-continue", "Transfer-Encoding: chunked", true),
        ("HTTP/1.1", "100-continue", "Content-Length: 0", false), ("HTTP/1.0", "100-continue", "Content-Length: 2", false),
    ])
    func `knows who waits for leave to go on`(version: String, expect: String, length: String, waits: Bool) throws {
        let said = HTTPDialogue.requests(Array("POST / \(version)\r\nHost: h\r\nExpect: \(expect)\r\n\(length)\r\n\r\n".utf8))
        guard case .head(let head) = said.first else { throw CancellationError() }
        #expect(head.expectsContinue == waits)
    }
}

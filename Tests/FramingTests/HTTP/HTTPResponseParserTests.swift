import Framing
import Testing

@Suite struct `HTTP response parser` {
    private func head(_ code: Int, _ reason: String, _ headers: HTTPHeaders, interim: Bool = false) -> ParserEvent<HTTPDialogue.ResponseHead> {
        .head(.init(interim: interim, head: HTTPResponseHead(HTTPStatus(code, reason), headers: headers), reason: reason))
    }

    @Test func `leaves what follows an upgrade`() {
        let stream = Array("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\nrest".utf8)
        let expected = [
            head(100, "Continue", [:], interim: true), head(101, "Switching Protocols", ["Upgrade": "websocket"]), .end, .rest("rest"),
        ]
        for cut in 0...stream.count {
            #expect(HTTPDialogue.response(stream, cuts: [cut]) == expected, "cut at \(cut)")
        }
    }

    @Test(arguments: [
        ("HTTP/1.1 401 Unauthorized\r\nContent-Length: 2\r\n\r\nnoX", "no", "X"),
        ("HTTP/1.1 200\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nno\r\n0\r\n\r\nX", "no", "X"),
        ("HTTP/1.0 200 \r\nContent-Length: 0\r\n\r\nX", "", "X"), ("HTTP/1.1 204 No Content\r\nContent-Length: 3\r\n\r\nX", "", "X"),
    ])
    func `reads bodies to their end`(text: String, body: String, rest: String) {
        let stream = Array(text.utf8)
        for cut in 0...stream.count {
            let said = HTTPDialogue.response(stream, cuts: [cut])
            #expect(said.dropFirst() == (body.isEmpty ? [] : [.body(body)]) + [.end, .rest(rest)], "cut at \(cut)")
        }
    }

    @Test func `an answer to HEAD has no body`() {
        let stream = Array("HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n".utf8)
        #expect(HTTPDialogue.response(stream, to: .head).last == .end)
    }

    @Test func `the end of the connection ends a body without a length, and nothing else`() {
        #expect(HTTPDialogue.response(Array("HTTP/1.1 200 OK\r\n\r\nab".utf8), closed: true).suffix(2) == [.body("ab"), .end])
        for text in [
            "", "HTTP/1.1 2", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nab", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n",
        ] {
            #expect(HTTPDialogue.response(Array(text.utf8), closed: true).last == .error(.truncated))
        }
    }

    @Test func `a body without a length is limited too, wherever it is cut`() {
        let stream = Array("HTTP/1.1 200 OK\r\n\r\nabcdef".utf8)
        for cut in 0...stream.count {
            let said = HTTPDialogue.response(stream, cuts: [cut], limits: HTTPLimits(body: 5))
            #expect(said.dropFirst() == [.body("abcde"), .error(.bodyTooLarge(limit: 5))], "cut at \(cut)")
        }
    }

    @Test(
        arguments: [
            ("HTTP/2 200 OK\r\n\r\n", HTTPError.malformedStartLine), ("HTTP/1.1 20 OK\r\n\r\n", .malformedStartLine),
            ("HTTP/1.1 099 OK\r\n\r\n", .malformedStartLine),
            ("HTTP/1.1 2000 OK\r\n\r\n", .malformedStartLine), ("ICY 200 OK\r\n\r\n", .malformedStartLine),
            ("HTTP/2.0 200 OK\r\n\r\n", .unsupportedVersion),
            ("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", .ambiguousLength),
            ("HTTP/1.1 200 OK\n\n", .invalidCharacter),
            ("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", .repeatedContentLength),
        ] as [(String, HTTPError)])
    func `is as strict as a server`(text: String, error: HTTPError) {
        let stream = Array(text.utf8)
        for cut in 0...stream.count {
            #expect(HTTPDialogue.response(stream, cuts: [cut]).contains(.error(error)), "cut at \(cut)")
        }
    }

    @Test func `reads what the serializer writes`() throws {
        var bytes: [UInt8] = []
        let head = HTTPResponseHead(.ok, headers: ["Content-Type": "text/plain", "Content-Length": "77", "X": "a\r\nEvil: b\0"])
        HTTPSerializer.append(head, body: .chunked, to: &bytes)
        ChunkedEncoder.append(Array("hello, ".utf8).span.bytes, to: &bytes)
        ChunkedEncoder.append([UInt8]().span.bytes, to: &bytes)
        ChunkedEncoder.append(Array(String(repeating: "w", count: 17).utf8).span.bytes, to: &bytes)
        ChunkedEncoder.appendEnd(to: &bytes)
        #expect(
            HTTPDialogue.response(bytes) == [
                self.head(200, "OK", ["Content-Type": "text/plain", "X": "a  Evil: b", "Transfer-Encoding": "chunked"]),
                .body("hello, " + String(repeating: "w", count: 17)), .end,
            ])
    }

    @Test(arguments: [
        (HTTPStatus.ok, HTTPBodyLength.none, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
        (.ok, .known(7), "HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n"),
        (.noContent, .none, "HTTP/1.1 204 No Content\r\n\r\n"), (.ok, .untilClose, "HTTP/1.1 200 OK\r\n\r\n"),
        (.switchingProtocols, .none, "HTTP/1.1 101 Switching Protocols\r\n\r\n"),
        (HTTPStatus(418), .none, "HTTP/1.1 418 \r\nContent-Length: 0\r\n\r\n"),
    ])
    func `writes response heads`(status: HTTPStatus, body: HTTPBodyLength, text: String) {
        var bytes: [UInt8] = []
        HTTPSerializer.append(HTTPResponseHead(status), body: body, to: &bytes)
        #expect(String(decoding: bytes, as: UTF8.self) == text)
    }

    @Test func `writes request heads`() {
        var bytes: [UInt8] = []
        HTTPSerializer.append(.get, target: "/a?b", headers: ["Host": "h"], to: &bytes)
        HTTPSerializer.append(.post, target: "/", headers: ["Host": "h"], body: .known(1), to: &bytes)
        #expect(
            String(decoding: bytes, as: UTF8.self) == "GET /a?b HTTP/1.1\r\nHost: h\r\n\r\nPOST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\n")
    }
}

import HarkenTesting
import Speech
import Framing
import Glibc
@testable import Net
import Testing

@Suite struct `HTTP server` {
    private func hello(_ method: String = "GET", _ path: String = "/", _ more: String = "") -> String {
        "\(method) \(path) HTTP/1.1\r\nHost: test\r\n\(more)\r\n"
    }

    @Test func `answers on the port that it picked, and again on the same connection`() throws {
        let server = try TestServer(.echo)
        #expect(server.address.port != 0)
        let client = try server.client()
        for path in ["/a", "/b"] {
            try client.send(hello("GET", path))
            let answer = try client.receiveAnswer()
            #expect(answer.status == 200)
            #expect(answer.body == "GET \(path) ")
            #expect(answer.head.contains("\r\nDate: "))
            #expect(!answer.head.lowercased().contains("connection:"))
        }
    }

    @Test func `listens on IPv6`() throws {
        let server = try TestServer(.echo)
        let address = try server.server.start(on: SocketAddress(#require(IPAddress("::1")), port: 0))
        let client = try TestClient(address)
        try client.send(hello())
        #expect(try client.receiveAnswer().status == 200)
    }

    @Test func `says that an address is in use, with several loops too`() throws {
        let server = try TestServer(loops: 2, .echo)
        #expect(throws: SystemError(call: "bind \(server.address)", code: EADDRINUSE)) { try server.server.start(on: server.address) }
    }

    @Test func `spreads connections over its loops`() throws {
        let names = Signal<String>()
        let server = try TestServer(
            loops: 2,
            TestService { exchange in
                names.send(exchange.loop.name)
                exchange.respond(HTTPResponseHead(.ok))
            })
        let clients = try (0..<40).map { _ in try server.client() }
        var seen: Set<String> = []
        for client in clients {
            try client.send(hello())
            seen.insert(try #require(names.next()))
        }
        #expect(seen.count == 2)
    }

    @Test func `answers pipelined requests in order, also when the first takes longer`() throws {
        let server = try TestServer(
            TestService { exchange in
                let answer = { exchange.respond(HTTPResponseHead(.ok), body: Array(exchange.request.path.utf8)) }
                if exchange.request.path == "/slow" {
                    exchange.loop.schedule(at: exchange.loop.now + .milliseconds(30), answer)
                } else {
                    answer()
                }
            })
        let client = try server.client()
        try client.send(hello("GET", "/slow") + hello("GET", "/2") + hello("POST", "/3", "Content-Length: 3\r\n") + "abc" + hello("GET", "/4"))
        #expect(try (0..<4).map { _ in try client.receiveAnswer().body } == ["/slow", "/2", "/3", "/4"])
    }

    @Test func `takes a request byte by byte`() throws {
        let server = try TestServer(.echo)
        let client = try server.client()
        for byte in hello("POST", "/x", "Transfer-Encoding: chunked\r\n").utf8 + Array("3\r\nabc\r\n2;e=1\r\nde\r\n0\r\nT: v\r\n\r\n".utf8) {
            try client.send([byte])
        }
        #expect(try client.receiveAnswer().body == "POST /x abcde")
    }

    @Test func `leaves the body of an answer to HEAD out, with its length`() throws {
        let server = try TestServer(
            TestService { exchange in
                if exchange.request.path == "/stream" {
                    exchange.begin(HTTPResponseHead(.ok))
                    exchange.write(Array("body".utf8))
                    exchange.finish()
                } else {
                    exchange.respond(HTTPResponseHead(.ok), body: Array("body".utf8))
                }
            })
        let client = try server.client()
        try client.send(hello("HEAD") + hello("HEAD", "/stream") + hello("GET"))
        #expect(try client.receiveHead().contains("Content-Length: 4\r\n"))
        #expect(try client.receiveHead().contains("Transfer-Encoding: chunked\r\n"))
        #expect(try client.receiveAnswer().body == "body")
    }

    @Test func `closes after the answer when the client asks for it`() throws {
        let server = try TestServer(.echo)
        let client = try server.client()
        try client.send(hello("GET", "/", "Connection: close\r\n"))
        let answer = try client.receiveAll()
        #expect(answer.contains("Connection: close\r\n"))
        #expect(answer.hasSuffix("GET / "))
    }

    @Test func `ends a streamed answer to HTTP 1.0 by closing`() throws {
        let server = try TestServer(
            TestService { exchange in
                exchange.begin(HTTPResponseHead(.ok))
                exchange.write(Array("one ".utf8))
                exchange.loop.soon {
                    exchange.write(Array("two".utf8))
                    exchange.finish()
                }
            })
        let client = try server.client()
        try client.send("GET / HTTP/1.0\r\n\r\n")
        let answer = try client.receiveAll()
        #expect(answer.hasSuffix("\r\n\r\none two"))
        #expect(!answer.contains("chunked"))
    }

    @Test func `keeps an HTTP 1.0 connection that asks for it`() throws {
        let server = try TestServer(.echo)
        let client = try server.client()
        try client.send("GET /1 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
        let answer = try client.receiveAnswer()
        #expect(answer.head.contains("Connection: keep-alive"))
        try client.send("GET /2 HTTP/1.0\r\n\r\n")
        #expect(try client.receiveAll().hasSuffix("GET /2 "))
    }

    @Test func `says 100 when the body is wanted, and not before`() throws {
        let server = try TestServer(
            TestService { exchange in
                exchange.loop.schedule(at: exchange.loop.now + .milliseconds(20)) { TestService.echo.handle(exchange) }
            })
        let client = try server.client()
        try client.send(hello("POST", "/", "Content-Length: 2\r\nExpect: 100-continue\r\n"))
        #expect(try client.receiveHead() == "HTTP/1.1 100 Continue\r\n\r\n")
        try client.send("hi")
        #expect(try client.receiveAnswer().body == "POST / hi")
    }

    @Test func `answers without 100 when the body is not wanted, and closes`() throws {
        let server = try TestServer(TestService { $0.respond(HTTPResponseHead(.unauthorized)) })
        let client = try server.client()
        try client.send(hello("POST", "/", "Content-Length: 2\r\nExpect: 100-continue\r\n"))
        let answer = try client.receiveAll()
        #expect(answer.hasPrefix("HTTP/1.1 401 Unauthorized\r\n"))
        #expect(answer.contains("Connection: close"))
    }

    @Test func `rejects a declared length above the reader's limit before it is sent`() throws {
        let server = try TestServer(.echo)
        let client = try server.client()
        try client.send(hello("POST", "/", "Content-Length: 2000000\r\nExpect: 100-continue\r\n"))
        #expect(try client.receiveHead().hasPrefix("HTTP/1.1 413 "))
    }

    @Test func `keeps the connection when the body that nobody read had come whole`() throws {
        let server = try TestServer(TestService { $0.respond(HTTPResponseHead(.unauthorized)) })
        let client = try server.client()
        for _ in 0..<3 {
            try client.send(hello("POST", "/", "Content-Length: 5\r\n") + "hello")
            #expect(try client.receiveAnswer().status == 401)
        }
    }

    @Test func `takes the next request after a late answer to one with a large body`() throws {
        let exchanges = Signal<HTTPExchange>()
        let server = try TestServer(TestService { exchanges.send($0) })
        let client = try server.client()
        for _ in 0..<3 {
            // In two pieces: below the mark at which the server stops reading, then above.
            let head = hello("POST", "/", "Content-Length: 70000\r\n")
            for piece in [head + String(repeating: "x", count: 50_000), String(repeating: "x", count: 20_000)] {
                try client.send(piece)
                try client.delivered()
                server.settle()
            }
            // The whole body is there, and has held the client back.
            let exchange = try #require(exchanges.next())
            exchange.loop.execute { exchange.respond(HTTPResponseHead(.unauthorized)) }
            #expect(try client.receiveAnswer().status == 401)
        }
    }

    @Test func `an early answer reaches a client that is still sending`() throws {
        let server = try TestServer(TestService { $0.respond(HTTPResponseHead(.contentTooLarge), body: Array("no".utf8)) })
        let client = try server.client()
        try client.send(hello("POST", "/", "Content-Length: 3000000\r\n"))
        try client.send([UInt8](repeating: 1, count: 3_000_000))
        #expect(try client.receiveAll().hasSuffix("no"))
    }

    @Test func `does not read for ever what comes after an early answer`() throws {
        let server = try TestServer(TestService { $0.respond(HTTPResponseHead(.contentTooLarge)) }) {
            $0.lingerByteCount = 1 << 20
        }
        let client = try server.client()
        try client.send(hello("POST", "/", "Content-Length: 1000000000\r\n"))
        #expect(throws: TestClient.Failure.self) {
            for _ in 0..<1000 { try client.send([UInt8](repeating: 1, count: 1 << 16)) }
        }
    }

    @Test func `rejects a chunked body above the reader's limit while it comes`() throws {
        let server = try TestServer(.echo)
        let client = try server.client()
        try client.send(hello("POST", "/", "Transfer-Encoding: chunked\r\n"))
        for _ in 0..<32 { try client.send(Array("10000\r\n".utf8) + [UInt8](repeating: 65, count: 65536) + Array("\r\n".utf8)) }
        #expect(try client.receiveAll().hasPrefix("HTTP/1.1 413 "))
    }

    @Test func `slows a client down whose body is not read, and loses nothing`() throws {
        let resume = Signal<HTTPExchange>()
        let server = try TestServer(
            TestService { exchange in
                var count = 0
                exchange.readBody { piece in
                    if count == 0 {
                        exchange.pauseBody()
                        resume.send(exchange)
                    }
                    count += piece.byteCount
                } end: { _ in
                    exchange.respond(HTTPResponseHead(.ok), body: Array("\(count)".utf8))
                }
            })
        let client = try server.client()
        try client.send(hello("POST", "/", "Content-Length: 20000000\r\n"))
        let sent = Signal<Void>()
        try startThread(name: "sender") { [descriptor = client.descriptor] in
            let block = [UInt8](repeating: 7, count: 1 << 16)
            var left = 20_000_000
            while left > 0 {
                let count = send(descriptor, block, min(left, block.count), 0)
                guard count > 0 else { return }
                left -= count
            }
            sent.send()
        }
        let exchange = try #require(resume.next())
        #expect(sent.next(seconds: 1) == nil)
        exchange.loop.execute { exchange.resumeBody() }
        #expect(try client.receiveAnswer().body == "20000000")
    }

    @Test func `tells a service that the client went away`() throws {
        let started = Signal<Void>()
        let aborted = Signal<Void>()
        let server = try TestServer(
            TestService { exchange in
                exchange.onAbort = { aborted.send() }
                started.send()
            })
        let client = try server.client()
        try client.send(hello())
        #expect(started.next() != nil)
        client.reset()
        #expect(aborted.next() != nil)
    }

    @Test func `tells the reader of a body that the client went away`() throws {
        let ended = Signal<BodyError?>()
        let server = try TestServer(
            TestService { exchange in
                exchange.readBody { _ in
                } end: { result in
                    if case .failure(let error) = result { ended.send(error) } else { ended.send(nil) }
                }
            })
        let client = try server.client()
        try client.send(hello("POST", "/", "Content-Length: 10\r\n") + "half")
        client.close()
        #expect(ended.next() == .some(.aborted))
    }

    @Test func `answers a client that only ended its side`() throws {
        let server = try TestServer(
            TestService { exchange in
                exchange.loop.schedule(at: exchange.loop.now + .milliseconds(50)) { exchange.respond(HTTPResponseHead(.ok), body: [65]) }
            })
        let client = try server.client()
        try client.send(hello())
        client.endOutput()
        #expect(try client.receiveAll().hasSuffix("\r\n\r\nA"))
    }

    @Test func `takes a client that ended its side for gone, after a time`() throws {
        let aborted = Signal<Void>()
        let server = try TestServer(TestService { $0.onAbort = { aborted.send() } }) { $0.halfCloseGrace = .milliseconds(50) }
        let client = try server.client()
        try client.send(hello())
        client.endOutput()
        #expect(aborted.next() != nil)
        #expect(try client.receiveAll() == "")
    }

    @Test func `streams an answer piece by piece`() throws {
        let exchanges = Signal<HTTPExchange>()
        let server = try TestServer(
            TestService { exchange in
                exchange.begin(HTTPResponseHead(.ok, headers: ["Content-Type": "text/event-stream"]))
                exchanges.send(exchange)
            })
        let client = try server.client()
        try client.send(hello())
        #expect(try client.receiveHead().contains("Transfer-Encoding: chunked"))
        let exchange = try #require(exchanges.next())
        for text in ["data: 1\n\n", "data: 2\n\n"] {
            exchange.loop.execute { exchange.write(Array(text.utf8)) }
            #expect(try client.receive(exactly: 14) == Array("9\r\n\(text)\r\n".utf8))
        }
        exchange.loop.execute { exchange.finish() }
        #expect(try client.receive(exactly: 5) == Array("0\r\n\r\n".utf8))
        try client.send(hello())
        #expect(try client.receiveHead().hasPrefix("HTTP/1.1 200"))
    }

    @Test func `a stream waits for a client that reads slowly`() throws {
        let total = 16 << 20
        let server = try TestServer(
            TestService { exchange in
                exchange.begin(HTTPResponseHead(.ok), contentLength: total)
                var left = total
                func fill() {
                    while left > 0, exchange.bufferedByteCount < 256 * 1024 {
                        exchange.write([UInt8](repeating: 9, count: min(left, 65536)))
                        left -= min(left, 65536)
                    }
                    if left == 0 { exchange.finish() }
                }
                exchange.onDrain = fill
                fill()
            })
        let client = try server.client(receiveBuffer: 65536)
        try client.send(hello())
        _ = try client.receiveHead()
        #expect(try client.receive(exactly: total).count == total)
    }

    @Test func `cuts a client off that does not read what is streamed`() throws {
        let aborted = Signal<Void>()
        let server = try TestServer(
            TestService { exchange in
                exchange.begin(HTTPResponseHead(.ok))
                exchange.onAbort = { aborted.send() }
                func more() {
                    guard exchange.isOpen else { return }
                    exchange.write([UInt8](repeating: 9, count: 1 << 20))
                    exchange.loop.schedule(at: exchange.loop.now + .milliseconds(1), more)
                }
                more()
            }
        ) { $0.outputLimit = 8 << 20 }
        let client = try server.client(receiveBuffer: 4096)
        try client.send(hello())
        #expect(aborted.next() != nil)
    }

    @Test func `closes on a client that takes nothing of an answer`() throws {
        let asked = Signal<Void>()
        let server = try TestServer(
            TestService { exchange in
                exchange.respond(HTTPResponseHead(.ok), body: [UInt8](repeating: 9, count: 32 << 20))
                asked.send()
            }
        ) { $0.writeTimeout = .milliseconds(100) }
        let client = try server.client(receiveBuffer: 4096)
        try client.send(hello())
        #expect(asked.next() != nil)
        #expect(eventually { server.server.connectionCount == 0 })
        let received = try? client.receiveAll()
        #expect((received?.utf8.count ?? 0) < 32 << 20)
    }

    /// A request that must not be understood. Shown in test output by its name only.
    struct Forbidden: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let status: Int
        let request: String

        static let all = [
            Forbidden("no host", 400, "GET / HTTP/1.1\r\n\r\n"),
            Forbidden("two hosts", 400, "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"),
            Forbidden(
                "length and chunks", 400,
                "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n"
                    + "0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n"),
            Forbidden("two lengths", 400, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd"),
            Forbidden("signed length", 400, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +3\r\n\r\nabc"),
            Forbidden("unknown coding", 501, "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n"),
            Forbidden("blank before colon", 400, "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n"),
            Forbidden("bare line feeds", 400, "GET / HTTP/1.1\nHost: a\n\n"),
            Forbidden("folded line", 400, "GET / HTTP/1.1\r\nHost: a\r\n folded\r\n\r\n"),
            Forbidden("HTTP/2", 505, "GET / HTTP/2.0\r\nHost: a\r\n\r\n"),
            Forbidden("long target", 414, "GET /" + String(repeating: "a", count: 20000) + " HTTP/1.1\r\nHost: a\r\n\r\n"),
            Forbidden("long header", 431, "GET / HTTP/1.1\r\nHost: a\r\nX: " + String(repeating: "a", count: 40000) + "\r\n\r\n"),
            Forbidden("proxy request", 501, "CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n"),
            Forbidden("TLS", 400, "\u{16}\u{3}\u{1}\u{2}\r\n\r\n"),
        ]

        init(_ name: String, _ status: Int, _ request: String) {
            testDescription = name
            self.status = status
            self.request = request
        }
    }

    @Test(arguments: Forbidden.all) func `rejects what could smuggle or confuse, once, and closes`(_ forbidden: Forbidden) throws {
        let server = try TestServer(.echo)
        let client = try server.client()
        try client.send(forbidden.request)
        let answer = try client.receiveAll()
        #expect(answer.hasPrefix("HTTP/1.1 \(forbidden.status) "))
        #expect(answer.ranges(of: "\r\nDate: ").count == 1)
        #expect(answer.contains("{\"error\":{\"code\":\""))
        #expect(answer.contains("Connection: close\r\n"))
    }

    @Test func `a chunk size beyond all numbers is the body's error`() throws {
        let server = try TestServer(.echo)
        let client = try server.client()
        try client.send(hello("POST", "/", "Transfer-Encoding: chunked\r\n") + "FFFFFFFFFFFFFFFFF\r\n")
        #expect(try client.receiveAll().hasPrefix("HTTP/1.1 400 "))
    }

    @Test func `gives up on a head that does not come to its end`() throws {
        let server = try TestServer(.echo) { $0.headTimeout = .milliseconds(50) }
        #expect(try server.client().receiveAll() == "")
        let clock = HeldClock()
        let patient = try TestServer(clock: clock, .echo) { $0.headTimeout = .milliseconds(50) }
        let slow = try patient.client()
        #expect(eventually { patient.server.connectionCount == 1 })
        try slow.send("GET / HT")
        try slow.delivered()
        patient.settle()
        clock.advance(by: .milliseconds(50))
        #expect(try slow.receiveAll().hasPrefix("HTTP/1.1 408 "))
    }

    @Test func `gives up on a body that stops coming`() throws {
        let errors = Signal<BodyError>()
        let server = try TestServer(
            TestService { exchange in
                exchange.collectBody(limit: 100) { result in
                    if case .failure(let error) = result { errors.send(error) }
                    exchange.respond(HTTPResponseHead(.requestTimeout))
                }
            }
        ) { $0.bodyTimeout = .milliseconds(50) }
        let client = try server.client()
        try client.send(hello("POST", "/", "Content-Length: 9\r\n") + "part")
        #expect(errors.next() == .timedOut)
        #expect(try client.receiveHead().hasPrefix("HTTP/1.1 408 "))
    }

    @Test func `closes a connection that is idle for long`() throws {
        let server = try TestServer(.echo) { $0.idleTimeout = .milliseconds(50) }
        let client = try server.client()
        try client.send(hello())
        #expect(try client.receiveAll().hasSuffix("GET / "))
    }

    @Test func `turns away more connections than it may have`() throws {
        let server = try TestServer(.echo) { $0.maxConnectionCount = 2 }
        let clients = try [server.client(), server.client()]
        for client in clients {
            try client.send(hello())
            _ = try client.receiveAnswer()
        }
        #expect(try server.client().receiveAll().hasPrefix("HTTP/1.1 503 "))
        clients[0].close()
        #expect(eventually { server.server.connectionCount == 1 })
        let client = try server.client()
        try client.send(hello())
        #expect(try client.receiveAnswer().status == 200)
    }

    @Test func `drains: closes idle connections, finishes running ones, accepts no more`() async throws {
        let exchanges = Signal<HTTPExchange>()
        let server = try TestServer(loops: 2, TestService { exchanges.send($0) })
        let idle = try server.client()
        let busy = try server.client()
        try busy.send(hello())
        let exchange = try #require(exchanges.next())
        server.server.beginDrain()
        #expect(try idle.receiveAll() == "")
        #expect(eventually { (try? server.client()) == nil })
        exchange.loop.execute { exchange.respond(HTTPResponseHead(.ok), body: [65]) }
        let answer = try busy.receiveAll()
        #expect(answer.contains("Connection: close"))
        #expect(answer.hasSuffix("A"))
        busy.close()
        idle.close()
        await server.server.drained()
        #expect(server.server.connectionCount == 0)
    }

    @Test func `leaves its sockets to another server, and turns no client away`() async throws {
        let first = try TestServer(loops: 2, .echo)
        let used = try first.client(), new = try first.client()
        try used.send(hello("GET", "/used"))
        #expect(try used.receiveAnswer().status == 200)
        #expect(eventually { first.server.connectionCount == 2 })
        let copies = first.server.sockets.map { dup($0) }
        first.server.leaveSockets()
        #expect(first.server.sockets.isEmpty)
        // A connection that has had its answer ends, and one that has sent nothing yet gets its answer first.
        #expect(try used.receiveAll() == "")
        used.close()
        // The connection waits in the kernel until the other server accepts it.
        let waiting = try first.client()
        try waiting.send(hello("GET", "/waiting"))
        let second = try TestServer(loops: 1, .echo)
        #expect(try second.server.start(adopting: copies) == first.address)
        #expect(try waiting.receiveAnswer().body == "GET /waiting ")
        try new.send(hello("GET", "/new"))
        let answer = try new.receiveAll()
        #expect(answer.hasSuffix("GET /new ") && answer.contains("Connection: close"))
        new.close()
        await first.server.drained()
    }

    @Test func `says that a descriptor is not a listening socket`() throws {
        let server = try TestServer(.echo)
        #expect(throws: SystemError.self) { try server.server.start(adopting: [STDERR_FILENO]) }
    }

    @Test func `stops at once, and says so to those at work`() async throws {
        let aborted = Signal<Void>()
        let started = Signal<Void>()
        let server = try TestServer(
            TestService { exchange in
                exchange.onAbort = { aborted.send() }
                started.send()
            })
        let client = try server.client()
        try client.send(hello())
        #expect(started.next() != nil)
        server.server.stop()
        #expect(aborted.next() != nil)
        #expect(try client.receiveAll() == "")
        await server.server.drained()
    }
}

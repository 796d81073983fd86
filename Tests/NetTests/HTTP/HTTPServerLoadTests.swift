import Speech
import Framing
import Glibc
import HarkenTesting
import Synchronization
import Testing

@testable import Net

@Suite struct `HTTP server under load` {
    /// In a process of its own: what other tests allocate meanwhile would count.
    @Test(.enabled(if: !Sanitizer.isHere, "a sanitizer takes memory of its own"))
    func `takes a big chunked upload in flat memory`() async {
        await #expect(processExitsWith: .success) {
            let server = try TestServer(
                TestService { exchange in
                    var count = 0
                    exchange.readBody {
                        count += $0.byteCount
                    } end: { _ in
                        exchange.respond(HTTPResponseHead(.ok), body: Array("\(count)".utf8))
                    }
                })
            let client = try server.client()
            try client.send("POST / HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n")
            let chunk = Array("100000\r\n".utf8) + [UInt8](repeating: 1, count: 1 << 20) + Array("\r\n".utf8)
            try client.send(chunk)
            let before = residentBytes()
            for _ in 0..<149 { try client.send(chunk) }
            let grown = residentBytes() - before
            try client.send("0\r\n\r\n")
            let answer = try client.receiveAnswer().body
            precondition(answer == "\(150 << 20)")
            precondition(grown < 32 << 20, "\(grown) bytes")
        }
    }

    @Test func `gives up on a thousand connections that say nothing, and serves others meanwhile`() throws {
        let clock = HeldClock()
        let server = try TestServer(loops: 2, clock: clock, .echo) { $0.headTimeout = .seconds(5) }
        let silent = try (0..<1000).map { _ in try server.client() }
        let client = try server.client()
        try client.send("GET /x HTTP/1.1\r\nHost: test\r\n\r\n")
        #expect(try client.receiveAnswer().body == "GET /x ")
        #expect(eventually { server.server.connectionCount == 1001 })
        clock.advance(by: .seconds(5))
        for client in silent { #expect(try client.receive() == nil) }
        #expect(eventually { server.server.connectionCount <= 1 })
    }

    @Test func `answers thousands of pipelined requests from a client that reads late`() throws {
        let begun = Mutex(0)
        let server = try TestServer(
            TestService { exchange in
                begun.withLock { $0 += 1 }
                exchange.respond(HTTPResponseHead(.ok), body: [UInt8](repeating: 65, count: 1000))
            })
        let client = try server.client()
        let count = 5000
        try startThread(name: "sender") { [descriptor = client.descriptor] in
            let bytes = Array(String(repeating: "GET / HTTP/1.1\r\nHost: test\r\n\r\n", count: count).utf8)
            var sent = 0
            while sent < bytes.count {
                let more = bytes.withUnsafeBytes { send(descriptor, $0.baseAddress! + sent, bytes.count - sent, 0) }
                guard more > 0 else { return }
                sent += more
            }
        }
        server.rest { begun.withLock { $0 } }
        for _ in 0..<count { #expect(try client.receiveAnswer().body.utf8.count == 1000) }
    }

    /// What is unsent when a request begins is at most the low mark, however many requests wait.
    @Test func `begins no request while much of the answers before is unread, and answers all in the end`() throws {
        let unsent = Mutex(0), begun = Mutex(0)
        let server = try TestServer(
            TestService { exchange in
                let count = exchange.bufferedByteCount
                begun.withLock { $0 += 1 }
                unsent.withLock { $0 = max($0, count) }
                exchange.respond(HTTPResponseHead(.ok), body: [UInt8](repeating: 65, count: 30_000))
            })
        let client = try server.client(receiveBuffer: 4096)
        let count = 2000
        try startThread(name: "sender") { [descriptor = client.descriptor] in
            let bytes = Array(String(repeating: "GET / HTTP/1.1\r\nHost: test\r\n\r\n", count: count).utf8)
            var sent = 0
            while sent < bytes.count {
                let more = bytes.withUnsafeBytes { send(descriptor, $0.baseAddress! + sent, bytes.count - sent, Int32(MSG_NOSIGNAL)) }
                guard more > 0 else { return }
                sent += more
            }
            // The server's last request is one of a client that has no more to say.
            shutdown(descriptor, Int32(SHUT_WR))
        }
        server.rest { begun.withLock { $0 } }
        for _ in 0..<count { try #require(try client.receiveAnswer().body.utf8.count == 30_000) }
        #expect(try client.receive() == nil)
        #expect(unsent.withLock { $0 } <= HTTPServerConfiguration().outputLowMark)
    }

    @Test func `closes on a client that pipelines requests and takes nothing of the answers`() throws {
        let begun = Mutex(0)
        let server = try TestServer(
            TestService { exchange in
                begun.withLock { $0 += 1 }
                exchange.respond(HTTPResponseHead(.ok), body: [UInt8](repeating: 65, count: 1 << 20))
            }
        ) { $0.writeTimeout = .milliseconds(200) }
        let client = try server.client(receiveBuffer: 4096)
        try client.send(String(repeating: "GET / HTTP/1.1\r\nHost: test\r\n\r\n", count: 500))
        #expect(eventually { begun.withLock { $0 } > 0 && server.server.connectionCount == 0 })
        #expect(begun.withLock { $0 } < 20)
    }

    @Test func `answers pipelined requests of a client that then ended its side`() throws {
        let server = try TestServer(
            TestService { exchange in
                exchange.loop.schedule(at: exchange.loop.now + .milliseconds(10)) {
                    exchange.respond(HTTPResponseHead(.ok), body: Array(exchange.request.path.utf8))
                }
            })
        let client = try server.client()
        try client.send("GET /1 HTTP/1.1\r\nHost: test\r\n\r\nGET /2 HTTP/1.1\r\nHost: test\r\n\r\n")
        client.endOutput()
        #expect(try client.receiveAnswer().body == "/1")
        #expect(try client.receiveAll().hasSuffix("/2"))
    }
}

import Speech
import Framing
import Glibc
import HarkenTesting
import Synchronization
import Testing

@testable import Net

@Suite struct `WebSocket server` {
    @Test func `accepts, with the subprotocol and headers that the service chose`() throws {
        let server = try TestServer(.webSocketEcho)
        let client = try server.client()
        let answer = try client.upgrade("Sec-WebSocket-Protocol: token, secret\r\n")
        #expect(answer.hasPrefix("HTTP/1.1 101 "))
        #expect(answer.contains("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"))
        #expect(answer.contains("Sec-WebSocket-Protocol: token\r\n"))
        #expect(answer.contains("X-Test: yes\r\n"))
        #expect(!answer.contains("permessage-deflate"))
    }

    @Test func `takes messages that came together with the handshake`() throws {
        let server = try TestServer(.webSocketEcho)
        let client = try server.client()
        try client.send(Array((TestClient.handshake + "\r\n").utf8) + TestClient.frame(1, Array("early".utf8)))
        _ = try client.receiveHead()
        #expect(try client.receiveFrame()?.text == "early")
    }

    @Test func `reads nothing while a service has paused at the opening`() throws {
        let connections = Signal<WebSocketConnection>()
        let handler = Unchecked(TestHandler())
        let server = try TestServer(
            .webSocket(
                opened: { connection in
                    connection.pauseReading()
                    connections.send(connection)
                }, handler: { handler.value }))
        let client = try server.client()
        _ = try client.upgrade()
        let connection = try #require(connections.next())
        try client.send(text: "early")
        try client.delivered()
        server.settle()
        #expect(handler.value.events.isEmpty)
        connection.loop.execute { connection.resumeReading() }
        #expect(handler.value.events.next() == .text("early"))
    }

    @Test(arguments: [0, 1, 125, 126, 65535, 65536, 300_000]) func `returns messages of all sizes`(count: Int) throws {
        let server = try TestServer(.webSocketEcho)
        let client = try server.client()
        _ = try client.upgrade()
        let message = (0..<count).map { UInt8(truncatingIfNeeded: $0) }
        try client.send(TestClient.frame(2, message))
        #expect(try client.receiveFrame() == TestClient.Frame(opcode: 2, payload: message))
    }

    @Test func `answers messages that came together with one write`() throws {
        let server = try TestServer(.webSocketEcho)
        let client = try server.client()
        _ = try client.upgrade()
        try client.send((0..<100).flatMap { _ in TestClient.frame(1, Array("hi".utf8)) })
        #expect(try client.receive()?.count == 400)
    }

    @Test func `takes a message byte by byte`() throws {
        let server = try TestServer(.webSocketEcho)
        let client = try server.client()
        _ = try client.upgrade()
        for byte in TestClient.frame(1, Array("slowly".utf8)) { try client.send([byte]) }
        #expect(try client.receiveFrame()?.text == "slowly")
    }

    @Test(arguments: [
        ("Sec-WebSocket-Version: 13", "Sec-WebSocket-Version: 12", 426), ("Upgrade: websocket", "Upgrade: h2c", 426),
        ("dGhlIHNhbXBsZSBub25jZQ==", "short", 400), ("Host: test", "Host: test\r\nContent-Length: 3", 426),
    ])
    func `rejects what is no handshake, with a status and a reason`(part: String, wrong: String, status: Int) throws {
        let server = try TestServer(.webSocketEcho)
        let client = try server.client()
        try client.send(TestClient.handshake.replacing(part, with: wrong) + "\r\n")
        let answer = try client.receiveAnswer()
        #expect(answer.status == status)
        #expect(answer.body.hasPrefix("{\"error\":{\"code\":"))
    }

    @Test func `lets a service reject the upgrade in its own words`() throws {
        let server = try TestServer(
            TestService { $0.respond(HTTPResponseHead(.unauthorized, headers: ["Content-Type": "application/json"]), body: Array("{}".utf8)) })
        let client = try server.client()
        try client.send(TestClient.handshake + "\r\n")
        let answer = try client.receiveAnswer()
        #expect(answer.status == 401)
        #expect(answer.body == "{}")
    }

    @Test func `answers the peer's close, tells the handler once, and ends the connection`() throws {
        let handler = TestHandler()
        let server = try TestServer(.webSocket { [box = Unchecked(handler)] in box.value })
        let client = try server.client()
        _ = try client.upgrade()
        try client.send(TestClient.frame(8, [0x0F, 0xA1] + Array("bye".utf8)))
        #expect(try client.receiveFrame() == TestClient.Frame(opcode: 8, payload: [0x0F, 0xA1]))
        #expect(try client.receive() == nil)
        #expect(handler.events.next() == .closed(WebSocketClose(code: 4001, reason: "bye", origin: .peer)))
        #expect(handler.events.isEmpty)
    }

    @Test func `closes after what was sent, and hears nothing more`() throws {
        let handler = TestHandler()
        let server = try TestServer(
            .webSocket(
                opened: { connection in
                    connection.send(text: "last")
                    connection.close(code: 4404, reason: "session expired")
                    connection.send(text: "too late")
                }, handler: { [box = Unchecked(handler)] in box.value }))
        let client = try server.client()
        _ = try client.upgrade()
        #expect(try client.receiveFrame()?.text == "last")
        #expect(try client.receiveFrame() == TestClient.Frame(opcode: 8, payload: [0x11, 0x34] + Array("session expired".utf8)))
        try client.send(text: "ignored")
        try client.send(TestClient.frame(8, [0x11, 0x34]))
        #expect(try client.receive() == nil)
        #expect(handler.events.next() == .closed(WebSocketClose(code: 4404, reason: "", origin: .us)))
    }

    @Test func `does not wait for ever for the answer to its close`() throws {
        let handler = TestHandler()
        var configuration = WebSocketConfiguration.silent
        configuration.closeTimeout = .milliseconds(50)
        let server = try TestServer(.webSocket(configuration, opened: { $0.close() }, handler: { [box = Unchecked(handler)] in box.value }))
        let client = try server.client()
        _ = try client.upgrade()
        #expect(handler.events.next() == .closed(WebSocketClose(code: 1006, reason: "", origin: .abnormal(.closeTimedOut))))
    }

    struct Violation: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let frame: [UInt8]
        let code: UInt16
    }

    @Test(arguments: [
        Violation(testDescription: "unmasked", frame: [0x81, 1, 65], code: 1002),
        Violation(testDescription: "reserved bit", frame: [0xC1, 0x81, 0, 0, 0, 0, 65], code: 1002),
        Violation(testDescription: "unknown opcode", frame: [0x83, 0x81, 0, 0, 0, 0, 65], code: 1002),
        Violation(testDescription: "bad UTF-8", frame: TestClient.frame(1, [0xC0, 0x80]), code: 1007),
        Violation(testDescription: "too large", frame: [0x82, 0xFF, 0, 0, 0, 0, 0x40, 0, 0, 0, 0, 0, 0, 0], code: 1009),
        Violation(testDescription: "close code 1005", frame: TestClient.frame(8, [3, 0xED]), code: 1002),
    ])
    func `tells a peer that breaks the protocol what is wrong`(_ violation: Violation) throws {
        let handler = TestHandler()
        let server = try TestServer(.webSocket { [box = Unchecked(handler)] in box.value })
        let client = try server.client()
        _ = try client.upgrade()
        try client.send(violation.frame)
        let frame = try #require(try client.receiveFrame())
        #expect(frame.opcode == 8)
        #expect(frame.payload.prefix(2).reduce(0) { $0 << 8 | UInt16($1) } == violation.code)
        guard case .closed(let close) = handler.events.next() else {
            Issue.record("not told")
            return
        }
        #expect(close.code == violation.code)
        #expect(close.origin == .us)
    }

    @Test func `hears of a client that vanished`() throws {
        let ended = TestHandler()
        let broken = TestHandler()
        let handlers = Mutex([Unchecked(broken), Unchecked(ended)])
        let server = try TestServer(.webSocket { handlers.withLock { $0.removeLast().value } })
        let first = try server.client()
        _ = try first.upgrade()
        first.close()
        #expect(ended.events.next() == .closed(WebSocketClose(code: 1006, reason: "", origin: .abnormal(.endOfStream))))
        let second = try server.client()
        _ = try second.upgrade()
        second.reset()
        guard case .closed(let close) = broken.events.next(), case .abnormal(.lost) = close.origin else {
            Issue.record("not told")
            return
        }
    }

    @Test func `hears what a client had sent before it went, though an answer to it fails first`() throws {
        let begun = Signal<Void>(), gone = Signal<Void>()
        let handler = Unchecked(
            TestHandler(onText: { connection, _ in
                begun.send()
                _ = gone.next()
                connection.send(text: "answer")
            }))
        let server = try TestServer(.webSocket { handler.value })
        let client = try server.client()
        _ = try client.upgrade()
        try client.send(text: "first")
        _ = begun.next()
        try client.send(text: "second")
        try client.delivered()
        client.reset()
        gone.send()
        #expect(handler.value.events.next() == .text("first"))
        gone.send()
        #expect(handler.value.events.next() == .text("second"))
        guard case .closed = handler.value.events.next() else {
            Issue.record("the end is not told")
            return
        }
    }

    @Test(arguments: [false, true])
    func `hears what a client had sent before it reset, though the handler had paused`(answers: Bool) throws {
        let connections = Signal<WebSocketConnection>()
        let handler = Unchecked(
            TestHandler(onText: { connection, _ in
                guard connections.isEmpty else { return }
                connection.pauseReading()
                connections.send(connection)
            }))
        let server = try TestServer(.webSocket { handler.value })
        let client = try server.client()
        _ = try client.upgrade()
        try client.send(text: "first")
        let connection = try #require(connections.next())
        #expect(handler.value.events.next() == .text("first"))
        try client.send(text: "second")
        try client.send(text: "third")
        try client.delivered()
        client.reset()
        server.settle()
        if answers { connection.loop.execute { connection.send(text: "answer") } }
        server.settle()
        #expect(handler.value.events.isEmpty)
        connection.loop.execute { connection.resumeReading() }
        #expect(handler.value.events.next() == .text("second"))
        connection.loop.execute { connection.resumeReading() }
        #expect(handler.value.events.next() == .text("third"))
        guard case .closed = handler.value.events.next() else {
            Issue.record("the end is not told")
            return
        }
    }

    @Test func `answers pings`() throws {
        let server = try TestServer(.webSocketEcho)
        let client = try server.client()
        _ = try client.upgrade()
        try client.send(TestClient.frame(9, Array("p".utf8)))
        #expect(try client.receiveFrame() == TestClient.Frame(opcode: 10, payload: Array("p".utf8)))
    }

    @Test func `reads no more from a client that pings and does not read, and answers all pings in the end`() throws {
        let connections = Signal<WebSocketConnection>()
        let server = try TestServer(.webSocket(opened: { connections.send($0) }, handler: { TestHandler() }))
        let client = try server.client(receiveBuffer: 4096)
        _ = try client.upgrade()
        let connection = try #require(connections.next())
        let ping = TestClient.frame(9, [UInt8](repeating: 112, count: 125))
        let burst = Array(repeatElement(ping, count: 500).joined())
        // Until the server takes nothing in several rounds of its loop; a whole burst may be cut.
        var sent = 0
        var idle = 0
        while sent < 100 << 20, idle < 50 {
            let rest = burst[(sent % burst.count)...]
            let count = rest.withUnsafeBytes { Glibc.send(client.descriptor, $0.baseAddress, $0.count, Int32(MSG_DONTWAIT | MSG_NOSIGNAL)) }
            if count > 0 { sent += count } else { server.settle() }
            idle = count > 0 ? 0 : idle + 1
        }
        let waiting = Signal<Int>()
        connection.loop.execute { waiting.send(connection.bufferedByteCount) }
        #expect(try #require(waiting.next()) < 1 << 20)
        for _ in 0..<(sent / ping.count) { try #require(try client.receiveFrame()?.opcode == 10) }
    }

    @Test func `cuts off a client that pings and never reads`() throws {
        let handler = TestHandler()
        var configuration = WebSocketConfiguration.silent
        configuration.writeTimeout = .milliseconds(300)
        let server = try TestServer(.webSocket(configuration) { [box = Unchecked(handler)] in box.value })
        let client = try server.client(receiveBuffer: 4096)
        _ = try client.upgrade()
        let ping = TestClient.frame(9, [UInt8](repeating: 112, count: 125))
        let burst = Array(repeatElement(ping, count: 500).joined())
        try startThread(name: "pings") { [descriptor = client.descriptor] in
            // The server ends it.
            while burst.withUnsafeBytes({ send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }) > 0 {}
        }
        var last: TestHandler.Event?
        while let event = handler.events.next() {
            last = event
            if case .closed = event { break }
        }
        #expect(last == .closed(WebSocketClose(code: 1006, reason: "", origin: .abnormal(.lost(.writeTimedOut)))))
    }

    @Test func `pings a silent client, and gives it up if nothing comes back`() throws {
        let handler = TestHandler(), clock = HeldClock()
        var configuration = WebSocketConfiguration.silent
        configuration.pingInterval = .seconds(30)
        configuration.pongLimit = .seconds(10)
        let server = try TestServer(clock: clock, .webSocket(configuration) { [box = Unchecked(handler)] in box.value })
        let client = try server.client()
        _ = try client.upgrade()
        for ping in 1...4 {
            clock.advance(by: .seconds(30))
            #expect(try client.receiveFrame()?.opcode == 9)
            guard ping < 4 else { break }
            clock.advance(by: .milliseconds(1))
            try client.send(TestClient.frame(10, []))
            try client.delivered()
            server.settle()
        }
        clock.advance(by: .milliseconds(9_999))
        server.settle()
        #expect(handler.events.isEmpty)
        clock.advance(by: .milliseconds(1))
        #expect(handler.events.next() == .closed(WebSocketClose(code: 1006, reason: "", origin: .abnormal(.silent))))
    }

    @Test func `cuts off a client that does not read`() throws {
        let handler = TestHandler()
        var configuration = WebSocketConfiguration.silent
        configuration.outputLimit = 1 << 20
        let server = try TestServer(
            .webSocket(
                configuration,
                opened: { connection in
                    func more() {
                        guard connection.isOpen else { return }
                        connection.send(binary: [UInt8](repeating: 1, count: 1 << 18))
                        connection.loop.schedule(at: connection.loop.now + .milliseconds(1), more)
                    }
                    more()
                }, handler: { [box = Unchecked(handler)] in box.value }))
        let client = try server.client(receiveBuffer: 4096)
        _ = try client.upgrade()
        var last: TestHandler.Event?
        while let event = handler.events.next() {
            last = event
            if case .closed = event { break }
        }
        #expect(last == .closed(WebSocketClose(code: 1006, reason: "", origin: .abnormal(.slowReader))))
    }

    @Test func `agrees to compression only when configured`() throws {
        var configuration = WebSocketConfiguration.silent
        configuration.allowsCompression = true
        let server = try TestServer(.webSocket(configuration) { .echo() })
        let client = try server.client()
        #expect(try client.upgrade("Sec-WebSocket-Extensions: permessage-deflate\r\n").contains("Sec-WebSocket-Extensions: permessage-deflate"))
        let strict = try TestServer(.webSocketEcho)
        let plain = try strict.client()
        #expect(try !plain.upgrade("Sec-WebSocket-Extensions: permessage-deflate\r\n").contains("permessage-deflate"))
    }

    @Test func `tells clients and handlers that the server stops`() async throws {
        let handler = TestHandler()
        let server = try TestServer(.webSocket { [box = Unchecked(handler)] in box.value })
        let client = try server.client()
        _ = try client.upgrade()
        server.server.stop()
        #expect(try client.receiveFrame() == TestClient.Frame(opcode: 8, payload: [0x03, 0xE9]))
        #expect(handler.events.next() == .closed(WebSocketClose(code: 1006, reason: "", origin: .abnormal(.stopped))))
        await server.server.drained()
    }

    /// In a process of its own: what other tests allocate meanwhile would count.
    @Test(.enabled(if: !Sanitizer.isHere, "a sanitizer takes memory of its own"))
    func `a thousand idle connections cost little memory`() async {
        await #expect(processExitsWith: .success) {
            let server = try TestServer(.webSocketEcho)
            func connect(_ count: Int) throws -> [TestClient] {
                let clients = try (0..<count).map { _ in try server.client() }
                for client in clients { _ = try client.upgrade() }
                for client in clients { try client.send(text: "hello") }
                for client in clients {
                    let text = try client.receiveFrame()?.text
                    precondition(text == "hello")
                }
                return clients
            }
            let first = try connect(200)
            let before = residentBytes()
            let rest = try connect(1000)
            let each = (residentBytes() - before) / 1000
            precondition(each < 5 * 1024, "\(each) bytes each")
            precondition(server.server.connectionCount == first.count + rest.count)
        }
    }
}

/// A value that a test carries to the loop it belongs to.
struct Unchecked<Value>: @unchecked Sendable {
    let value: Value
    init(_ value: Value) { self.value = value }
}

/// Bytes of memory that the process really has.
func residentBytes() -> Int {
    var buffer = [UInt8](repeating: 0, count: 256)
    let file = open("/proc/self/statm", O_RDONLY)
    defer { close(file) }
    let count = read(file, &buffer, 255)
    guard count > 0 else { return 0 }
    let fields = String(decoding: buffer[..<count], as: UTF8.self).split(separator: " ")
    return (fields.count > 1 ? Int(fields[1]) ?? 0 : 0) * 4096
}

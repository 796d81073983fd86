import Framing
import Glibc
import HarkenTesting
import Testing

@testable import Net

@Suite(.hangLimit) struct `Unauthenticated clients` {
    private let hello = "GET / HTTP/1.1\r\nHost: test\r\n\r\n"

    /// A server whose clients are authenticated by a request for `/key`, and by the message `key` over a WebSocket.
    private func server(
        loops: Int = 1, maxConnectionCount: Int = 1000, _ webSocket: WebSocketConfiguration = .silent,
        _ change: (inout UnauthenticatedLimits) -> Void = { _ in }
    ) throws -> TestServer {
        let service = TestService { exchange in
            if exchange.request.path == "/key" { exchange.markAuthenticated() }
            guard exchange.request.asksForWebSocket else { return TestService.echo.handle(exchange) }
            let opening = TestHandler(
                onText: { connection, text in
                    let message = text.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
                    guard message == "key" else { return connection.send(text: text) }
                    connection.hand(to: TestHandler.echo())
                }, onBinary: { $0.send(binary: $1) })
            _ = exchange.acceptWebSocket(configuration: webSocket, handler: opening)
        }
        var limits = UnauthenticatedLimits()
        change(&limits)
        return try TestServer(loops: loops, service) {
            $0.maxConnectionCount = maxConnectionCount
            $0.unauthenticated = limits
        }
    }

    /// A binary message of `count` bytes, all but the last 1,000 of them and those.
    private func message(_ count: Int) -> (beginning: [UInt8], end: [UInt8]) {
        let frame = TestClient.frame(2, [UInt8](repeating: 7, count: count))
        return (Array(frame.dropLast(1000)), Array(frame.suffix(1000)))
    }

    // MARK: Messages

    @Test(arguments: [65_537, 15_000_000]) func `may not send long messages`(count: Int) throws {
        // Made before anybody waits for it.
        let head = Array(message(count).beginning.prefix(20))
        let server = try server()
        let client = try server.client()
        _ = try client.upgrade()
        try client.send(head)
        let close = try #require(try client.receiveFrame())
        #expect(close.opcode == 8)
        #expect(close.payload.prefix(2) == [0x03, 0xF1])
    }

    @Test func `are cut off when they send pings without end`() throws {
        let server = try server { $0.maxControlFrameCount = 3 }
        let client = try server.client()
        _ = try client.upgrade()
        for _ in 0..<3 {
            try client.send(TestClient.frame(9, []))
            #expect(try client.receiveFrame()?.opcode == 10)
        }
        try client.send(TestClient.frame(9, []))
        let answer = try? client.receiveFrame()
        #expect(answer == nil)
    }

    @Test func `may send long messages once their WebSocket has a session`() throws {
        let server = try server()
        let client = try server.client()
        _ = try client.upgrade()
        let message = [UInt8](repeating: 7, count: 300_000)
        // The long message begins in the same segment as the one that says who the client is.
        try client.send(TestClient.frame(1, Array("key".utf8)) + TestClient.frame(2, message))
        #expect(try client.receiveFrame()?.payload == message)
        #expect(eventually { server.server.pool?.memoryByteCount == 0 })
    }

    @Test func `may send long messages when the handshake shows a credential`() throws {
        let server = try server()
        let client = try server.client()
        try client.send(TestClient.handshake.replacing("/ws", with: "/key") + "\r\n")
        _ = try client.receiveHead()
        let message = [UInt8](repeating: 7, count: 300_000)
        try client.send(TestClient.frame(2, message))
        #expect(try client.receiveFrame()?.payload == message)
    }

    @Test func `are not authenticated by what another request of their connection showed`() throws {
        let server = try server()
        let client = try server.client()
        try client.send("GET /key HTTP/1.1\r\nHost: test\r\n\r\n")
        #expect(try client.receiveAnswer().status == 200)
        _ = try client.upgrade()
        try client.send(Array(message(70_000).beginning.prefix(20)))
        #expect(try client.receiveFrame()?.payload.prefix(2) == [0x03, 0xF1])
    }

    @Test func `may not send what becomes long when it is decompressed`() throws {
        var configuration = WebSocketConfiguration.silent
        configuration.allowsCompression = true
        let server = try server(configuration)
        let client = try server.client()
        #expect(try client.upgrade("Sec-WebSocket-Extensions: permessage-deflate\r\n").contains("permessage-deflate"))
        var machine = WebSocketMachine(role: .client(nextMask: { 1 }), compression: PermessageDeflate())
        var bytes: [UInt8] = []
        machine.append(binary: [UInt8](repeating: 0, count: 1 << 20).span.bytes, to: &bytes)
        #expect(bytes.count < 10_000)
        try client.send(bytes)
        #expect(try client.receiveFrame()?.payload.prefix(2) == [0x03, 0xF1])
    }

    @Test func `are parsed no further while their handler waits, and lose nothing`() throws {
        let connections = Signal<WebSocketConnection>()
        let later = TestHandler()
        let server = try TestServer(
            TestService { exchange in
                let opening = TestHandler(onText: { connection, _ in
                    connection.pauseReading()
                    connections.send(connection)
                })
                _ = exchange.acceptWebSocket(handler: opening)
            }
        ) { $0.unauthenticated = UnauthenticatedLimits() }
        let client = try server.client()
        _ = try client.upgrade()
        try client.send(TestClient.frame(1, Array("who".utf8)) + TestClient.frame(2, [UInt8](repeating: 7, count: 100_000)))
        let connection = try #require(connections.next())
        #expect(eventually { server.server.pool.map { $0.memoryByteCount > 0 } == true })
        connection.loop.execute { [later = Unchecked(later)] in
            connection.resumeReading()
            connection.hand(to: later.value)
        }
        #expect(later.events.next() == .binary(100_000))
        #expect(server.server.pool?.memoryByteCount == 0)
    }

    @Test func `are not parsed when the service has paused at the opening`() throws {
        let connections = Signal<WebSocketConnection>()
        let handler = Unchecked(TestHandler())
        let server = try TestServer(
            .webSocket(
                opened: { connection in
                    connection.pauseReading()
                    connections.send(connection)
                }, handler: { handler.value })
        ) { $0.unauthenticated = UnauthenticatedLimits() }
        let client = try server.client()
        // The message comes together with the handshake.
        try client.send(Array((TestClient.handshake + "\r\n").utf8) + TestClient.frame(1, Array("early".utf8)))
        _ = try client.receiveHead()
        let connection = try #require(connections.next())
        server.settle()
        #expect(handler.value.events.isEmpty)
        connection.loop.execute { connection.resumeReading() }
        #expect(handler.value.events.next() == .text("early"))
    }

    // MARK: Memory

    @Test(arguments: [1, 2]) func `hold no more memory together than they may: the first to hold some go first`(loops: Int) throws {
        let limit = 1 << 20
        let server = try server(loops: loops) { $0.maxMemoryByteCount = limit }
        let pool = try #require(server.server.pool)
        var clients: [TestClient] = []
        for _ in 0..<60 {
            let client = try server.client()
            _ = try client.upgrade()
            // A client that is closed while it sends hears so later.
            try? client.send(message(60_000).beginning)
            clients.append(client)
        }
        // Above the limit for a moment: what came is counted before a connection goes for it.
        #expect(eventually { server.server.connectionCount < 30 && pool.memoryByteCount <= limit })
        let last = try #require(clients.last)
        try? last.send(message(60_000).end)
        // With several loops, one closes its own only.
        if loops == 1 { #expect(try last.receiveFrame()?.payload.count == 60_000) }
        for client in clients { client.close() }
        #expect(eventually { server.server.connectionCount == 0 && pool.memoryByteCount == 0 })
    }

    @Test func `hold no more memory in heads that do not end than they may`() throws {
        let server = try server { $0.maxMemoryByteCount = 1 << 20 }
        let pool = try #require(server.server.pool)
        let clients = try (0..<100).map { _ in
            let client = try server.client()
            try? client.send("GET / HTTP/1.1\r\nHost: test\r\nX: " + String(repeating: "a", count: 25_000))
            return client
        }
        // The first one is closed first, when all of them together hold too much.
        #expect(try clients[0].isClosedByServer())
        // Above the limit for a moment: what came is counted before a connection goes for it.
        #expect(eventually { server.server.connectionCount < 60 && pool.memoryByteCount <= 1 << 20 })
        withExtendedLifetime(clients) {}
    }

    @Test func `are not counted any more once they have shown a credential`() throws {
        let server = try server {
            $0.maxMemoryByteCount = 100_000
            $0.maxConnectionCountPerAddress = 1
            $0.isExempt = { _ in false }
        }
        let pool = try #require(server.server.pool)
        var clients: [TestClient] = []
        for _ in 0..<10 {
            let client = try server.client()
            clients.append(client)
            _ = try client.upgrade()
            try client.send(text: "key")
            #expect(eventually { pool.hasRoom(for: .loopback) })
            try client.send(message(60_000).beginning)
        }
        for client in clients { try client.send(message(60_000).end) }
        for client in clients { #expect(try client.receiveFrame()?.payload.count == 60_000) }
        #expect(pool.memoryByteCount == 0)
    }

    // MARK: Connections

    @Test func `of one address have only so many connections`() throws {
        let server = try server {
            $0.maxConnectionCountPerAddress = 3
            $0.isExempt = { _ in false }
        }
        let clients = try (0..<3).map { _ in try server.client() }
        for client in clients {
            try client.send(hello)
            #expect(try client.receiveAnswer().status == 200)
        }
        #expect(try server.client().receiveAll().hasPrefix("HTTP/1.1 503 "))
        // One that is authenticated makes room, and so does one that is closed.
        try clients[0].send("GET /key HTTP/1.1\r\nHost: test\r\n\r\n")
        _ = try clients[0].receiveAnswer()
        let fourth = try server.client()
        try fourth.send(hello)
        #expect(try fourth.receiveAnswer().status == 200)
        clients[1].close()
        #expect(eventually { server.server.connectionCount == 3 })
        let fifth = try server.client()
        try fifth.send(hello)
        #expect(try fifth.receiveAnswer().status == 200)
    }

    @Test func `of exempt addresses have any number of connections`() throws {
        let server = try server { $0.maxConnectionCountPerAddress = 3 }
        let clients = try (0..<10).map { _ in try server.client() }
        for client in clients {
            try client.send(hello)
            #expect(try client.receiveAnswer().status == 200)
        }
    }

    @Test func `make room when the server is full, those first that have been there longest`() throws {
        let server = try server(maxConnectionCount: 4)
        let known = try server.client()
        try known.send("GET /key HTTP/1.1\r\nHost: test\r\n\r\n")
        _ = try known.receiveAnswer()
        let silent = try (0..<3).map { _ in try server.client() }
        #expect(eventually { server.server.connectionCount == 4 })
        // Three new ones in the places of the three that were silent; a fourth in the place of the first of those.
        var clients: [TestClient] = []
        for number in 0..<4 {
            let client = try server.client()
            try client.send(hello)
            #expect(try client.receiveAnswer().status == 200)
            clients.append(client)
            #expect(try (number < 3 ? silent[number] : clients[0]).receive() == nil)
            #expect(server.server.connectionCount == 4)
        }
        try known.send(hello)
        #expect(try known.receiveAnswer().status == 200)
    }

    @Test func `share their place with the network that they come from`() throws {
        func block(_ text: String) throws -> AddressBlock { AddressBlock(try #require(IPAddress(text))) }
        #expect(try block("192.0.2.1") == block("192.0.2.1"))
        #expect(try block("192.0.2.1") != block("192.0.2.2"))
        #expect(try block("2001:db8:1:2::1") == block("2001:db8:1:2:ffff::9"))
        #expect(try block("2001:db8:1:2::1") != block("2001:db8:1:3::1"))
        #expect(try block("::") != block("0.0.0.0"))
    }
}

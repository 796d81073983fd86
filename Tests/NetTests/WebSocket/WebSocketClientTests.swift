import Framing
import Glibc
@testable import Speech
import HarkenTesting
import Testing

@testable import Net

@Suite struct `WebSocket client` {
    private struct Connected: Sendable {
        let result: Result<WebSocketConnection, WebSocketConnectError>
        var connection: WebSocketConnection? { try? result.get() }
        var error: WebSocketConnectError? {
            if case .failure(let error) = result { error } else { nil }
        }
    }

    private func connect(
        _ target: WebSocketTarget, on loop: Loop, handler: TestHandler, subprotocols: [String] = [], headers: HTTPHeaders = [:],
        trust: TLSClientContext.Trust = .system, configuration: WebSocketConfiguration = .silent,
        timeout: Duration = .seconds(240), cancel: Bool = false
    ) throws -> Connected {
        var settings = WebSocketClient.Configuration()
        settings.connectTimeout = timeout
        let client = WebSocketClient(tls: try TLSClientContext(trust), resolver: Resolver(), configuration: settings)
        let opened = Signal<Connected>()
        let box = Unchecked(handler)
        loop.execute {
            let attempt = client.connect(
                to: target, headers: headers, subprotocols: subprotocols, configuration: configuration, on: loop, handler: box.value
            ) { opened.send(Connected(result: $0)) }
            if cancel { attempt.cancel() }
        }
        return try #require(opened.next())
    }

    private func target(_ server: TestServer, path: String = "/ws?x=1", secure: Bool = false, host: String = "127.0.0.1") -> WebSocketTarget {
        WebSocketTarget(isSecure: secure, host: host, port: server.address.port, pathAndQuery: path)
    }

    @Test func `connects, by name too, and exchanges messages`() throws {
        let requests = Signal<HTTPRequestHead>()
        let server = try TestServer(
            TestService { exchange in
                requests.send(exchange.request)
                _ = exchange.acceptWebSocket(subprotocol: "two", handler: TestHandler.echo())
            })
        for host in ["127.0.0.1", "localhost"] {
            let handler = TestHandler()
            let connected = try connect(
                target(server, host: host), on: server.group.next(), handler: handler, subprotocols: ["one", "two"],
                headers: ["Authorization": "Token k"])
            let connection = try #require(connected.connection)
            #expect(connection.subprotocol == "two")
            let request = try #require(requests.next())
            #expect(request.target == "/ws?x=1")
            #expect(request.headers["Authorization"] == "Token k")
            #expect(request.headers["Host"] == "\(host):\(server.address.port)")
            connection.loop.execute {
                connection.send(text: "hello")
                connection.send(binary: [UInt8](repeating: 5, count: 100_000))
                connection.close(code: 4000, reason: "done")
            }
            // The peer's messages may still come before its close frame; after our `close` they are not handed out.
            var last: TestHandler.Event?
            while let event = handler.events.next() {
                last = event
                if case .closed = event { break }
            }
            #expect(last == .closed(WebSocketClose(code: 4000, reason: "", origin: .us)))
        }
    }

    @Test(arguments: [1, 1000, 70_000, 2_000_000]) func `echoes a message of any size`(count: Int) throws {
        let server = try TestServer(.webSocketEcho)
        let handler = TestHandler()
        let connection = try #require(try connect(target(server), on: server.group.next(), handler: handler).connection)
        connection.loop.execute { connection.send(binary: [UInt8](repeating: 5, count: count)) }
        #expect(handler.events.next() == .binary(count))
    }

    @Test func `speaks with compression when both sides want it`() throws {
        var configuration = WebSocketConfiguration.silent
        configuration.allowsCompression = true
        let server = try TestServer(.webSocket(configuration) { .echo() })
        let handler = TestHandler()
        let connection = try #require(try connect(target(server), on: server.group.next(), handler: handler, configuration: configuration).connection)
        let text = String(repeating: "the same again ", count: 1000)
        for _ in 0..<3 {
            connection.loop.execute { connection.send(text: text) }
            #expect(handler.events.next() == .text(text))
        }
    }

    @Test func `hears the rejection of a server, with status and body`() throws {
        let server = try TestServer(
            TestService { $0.respond(HTTPResponseHead(.tooManyRequests, headers: ["Retry-After": "7"]), body: Array("slow down".utf8)) })
        let error = try connect(target(server), on: server.group.next(), handler: TestHandler()).error
        guard case .rejected(let head, let body) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(head.status == .tooManyRequests)
        #expect(head.headers["Retry-After"] == "7")
        #expect(body == Array("slow down".utf8))
    }

    @Test(arguments: ["k\n", "k\r\nX-Smuggled: 1", "k\u{7F}"])
    func `refuses a header that cannot be sent, in place of sending blanks`(key: String) throws {
        let requests = Signal<Void>()
        let server = try TestServer(
            TestService { exchange in
                requests.send()
                _ = exchange.acceptWebSocket(handler: TestHandler.echo())
            })
        let loop = server.group.next()
        let headers: HTTPHeaders = ["X-Other": "1", "Authorization": "Token " + key]
        #expect(
            try connect(target(server), on: loop, handler: TestHandler(), headers: headers).error
                == .unsendable(UnsendableField(name: "Authorization")))
        #expect(
            try connect(target(server), on: loop, handler: TestHandler(), subprotocols: ["token", key]).error
                == .unsendable(UnsendableField(name: "Sec-WebSocket-Protocol")))
        #expect(requests.isEmpty)
    }

    @Test func `says who is not there`() throws {
        let group = try LoopGroup(count: 1)
        defer { group.shutdown() }
        // Bound, so that the port is nobody else's, and without a listener.
        let bound = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        defer { close(bound) }
        try #require(SocketAddress(.loopback, port: 0).withSockaddr { bind(bound, $0, $1) } == 0)
        let port = try Listener.address(of: bound).port
        let error = try connect(WebSocketTarget(isSecure: false, host: "127.0.0.1", port: port), on: group.next(), handler: TestHandler()).error
        #expect(error == .unreachable(.system(SystemError(call: "connect to 127.0.0.1:\(port)", code: ECONNREFUSED))))
        let unknown = try connect(WebSocketTarget(isSecure: false, host: "nowhere.invalid"), on: group.next(), handler: TestHandler()).error
        guard case .unresolved(host: "nowhere.invalid", _) = unknown else {
            Issue.record("\(String(describing: unknown))")
            return
        }
    }

    @Test func `gives up on a server that does not answer`() throws {
        let clock = HeldClock()
        // The clock moves when the server has the request.
        let server = try TestServer(clock: clock, TestService { _ in clock.advance(by: .milliseconds(80)) })
        let error = try connect(target(server), on: server.group.next(), handler: TestHandler(), timeout: .milliseconds(80)).error
        #expect(error == .timedOut(during: .upgrading))
        let secure = try connect(target(server, secure: true), on: server.group.next(), handler: TestHandler()).error
        guard case .lost = secure else {
            Issue.record("\(String(describing: secure))")
            return
        }
    }

    @Test func `can be given up`() throws {
        let server = try TestServer(TestService { _ in })
        #expect(try connect(target(server), on: server.group.next(), handler: TestHandler(), cancel: true).error == .cancelled)
    }

    @Test func `tries the next address when one is slow or rejects`() throws {
        let group = try LoopGroup(count: 1)
        defer { group.shutdown() }
        let server = try TestServer(.webSocketEcho)
        let address = server.address
        let dialed = Signal<SocketAddress?>()
        let loop = group.next()
        // 192.0.2.0/24 is for documentation: no route, or silence. Port 1 of loopback rejects.
        let addresses = [SocketAddress("192.0.2.1:9"), SocketAddress("127.0.0.1:1"), address].compactMap { $0 }
        let start = Instant.now
        loop.execute {
            _ = Dialer(to: addresses, delay: .milliseconds(30), on: loop) { result in
                if case .success(let (descriptor, address)) = result {
                    close(descriptor)
                    dialed.send(address)
                } else {
                    dialed.send(nil)
                }
            }
        }
        #expect(dialed.next() == address)
        // The system itself would try the first address for two minutes.
        #expect(Instant.now - start < .seconds(60))
    }

    @Test(arguments: [
        ("ws://h/p?q", WebSocketTarget(isSecure: false, host: "h", port: 80, pathAndQuery: "/p?q")),
        ("wss://h:1?q", WebSocketTarget(isSecure: true, host: "h", port: 1, pathAndQuery: "/?q")),
        ("https://[::1]:2", WebSocketTarget(isSecure: true, host: "::1", port: 2, pathAndQuery: "/")), ("ftp://h", nil), ("ws://u@h", nil),
        ("ws://h:x", nil), ("ws://", nil), ("ws://h/ x", nil), ("ws://h#f", nil),
    ])
    func `reads addresses`(text: String, target: WebSocketTarget?) {
        #expect(WebSocketTarget(text) == target)
    }
}

import Speech
import Framing
import Glibc
import HarkenTesting
import Testing

@testable import Net

@Suite(.needs(TestCertificate.isPossible, TestCertificate.needed), .hangLimit) struct `TLS` {
    private let certificate: TestCertificate

    init() throws { certificate = try TestCertificate.make() }

    private func server(
        _ service: TestService, certificate: TestCertificate? = nil, _ more: (inout HTTPServerConfiguration) -> Void = { _ in }
    ) throws -> TestServer {
        let certificate = certificate ?? self.certificate
        let context = try TLSServerContext(certificateFile: certificate.certificateFile, keyFile: certificate.keyFile)
        return try TestServer(service) {
            $0.tls = context
            more(&$0)
        }
    }

    private func connect(_ server: TestServer, host: String = "localhost", trust: TLSClientContext.Trust, handler: TestHandler) throws
        -> Result<WebSocketConnection, WebSocketConnectError>
    {
        let client = WebSocketClient(tls: try TLSClientContext(trust), resolver: Resolver())
        let opened = Signal<Result<WebSocketConnection, WebSocketConnectError>>()
        let loop = server.group.next()
        let box = Unchecked(handler)
        let target = WebSocketTarget(isSecure: true, host: host, port: server.address.port)
        loop.execute {
            client.connect(
                to: target, on: loop, handler: box.value, opened: opened.send)
        }
        return try #require(opened.next())
    }

    private var trusted: TLSClientContext.Trust { .authorities(file: certificate.certificateFile) }

    @Test(arguments: ["localhost", "127.0.0.1"]) func `carries a WebSocket to a server that is trusted`(host: String) throws {
        let server = try server(.webSocketEcho)
        let handler = TestHandler()
        let connection = try connect(server, host: host, trust: trusted, handler: handler).get()
        for count in [1, 20_000, 3_000_000] {
            connection.loop.execute { connection.send(binary: [UInt8](repeating: 8, count: count)) }
            #expect(handler.events.next() == .binary(count))
        }
        connection.loop.execute { connection.close() }
        #expect(handler.events.next() == .closed(WebSocketClose(code: 1000, reason: "", origin: .us)))
    }

    @Test func `resumes after a pause in the middle of what TLS holds already`() throws {
        let server = try server(
            .webSocket(
                opened: { connection in
                    for number in 0..<200 { connection.send(binary: [UInt8](repeating: UInt8(number), count: 1000)) }
                }, handler: { TestHandler() }))
        let handler = TestHandler(onBinary: { connection, _ in
            connection.pauseReading()
            connection.loop.schedule(at: connection.loop.now + .milliseconds(2)) { connection.resumeReading() }
        })
        _ = try connect(server, trust: trusted, handler: handler).get()
        for _ in 0..<200 { #expect(handler.events.next() == .binary(1000)) }
    }

    @Test func `reads what the peer had sent before it reset, after a pause`() throws {
        let answered = Signal<Void>()
        let server = try server(
            .webSocket(handler: {
                TestHandler(onText: { connection, _ in
                    // A socket that is closed with unread input resets its connection.
                    connection.pauseReading()
                    connection.send(text: "last")
                    answered.send()
                })
            }))
        let handler = TestHandler()
        let connection = try connect(server, trust: trusted, handler: handler).get()
        connection.loop.execute {
            connection.pauseReading()
            connection.send(text: "first")
        }
        try #require(answered.next() != nil)
        connection.loop.execute { connection.send(text: "unread") }
        server.settle()
        server.server.stop()
        server.settle()
        #expect(handler.events.isEmpty)
        connection.loop.execute { connection.resumeReading() }
        #expect(handler.events.next() == .text("last"))
        guard case .closed = handler.events.next() else {
            Issue.record("the end is not told")
            return
        }
    }

    @Test func `rejects a server that nobody vouches for, and one with another name`() throws {
        let unknown = try server(.webSocketEcho)
        guard case .failure(.lost(.tls(let error))) = try connect(unknown, trust: .system, handler: TestHandler()) else {
            Issue.record("connected")
            return
        }
        #expect(error.isUntrusted)
        #expect(error.reason.hasPrefix("self-signed certificate"))
        let foreign = try TestCertificate.foreign()
        defer { withExtendedLifetime(foreign) {} }
        let other = try server(.webSocketEcho, certificate: foreign)
        let trust = TLSClientContext.Trust.authorities(file: foreign.certificateFile)
        guard case .failure(.lost(.tls(let mismatch))) = try connect(other, trust: trust, handler: TestHandler()) else {
            Issue.record("connected")
            return
        }
        #expect(mismatch.isUntrusted)
        #expect(mismatch.reason.contains("hostname mismatch"))
        _ = try connect(other, trust: .anyone, handler: TestHandler()).get()
    }

    @Test func `says which file is wrong`() throws {
        #expect(throws: TLSError.self) { try TLSServerContext(certificateFile: "/nowhere.pem", keyFile: certificate.keyFile) }
        #expect(throws: TLSError.self) { try TLSServerContext(certificateFile: certificate.certificateFile, keyFile: certificate.certificateFile) }
        let foreign = try TestCertificate.foreign()
        defer { withExtendedLifetime(foreign) {} }
        #expect(throws: TLSError.self) { try TLSServerContext(certificateFile: certificate.certificateFile, keyFile: foreign.keyFile) }
    }

    @Test func `serves new connections with another certificate, and open ones as before`() throws {
        let server = try server(.webSocketEcho)
        let handler = TestHandler()
        let first = try connect(server, trust: trusted, handler: handler).get()
        let other = try TestCertificate.make()
        defer { withExtendedLifetime(other) {} }
        server.server.useTLS(try TLSServerContext(certificateFile: other.certificateFile, keyFile: other.keyFile))
        _ = try connect(server, trust: .authorities(file: other.certificateFile), handler: TestHandler()).get()
        guard case .failure(.lost(.tls)) = try connect(server, trust: trusted, handler: TestHandler()) else {
            Issue.record("the certificate before is still served")
            return
        }
        first.loop.execute { first.send(text: "still here") }
        #expect(handler.events.next() == .text("still here"))
    }

    @Test(arguments: [
        ("ECDHE-ECDSA-AES128-GCM-SHA256", true), ("ECDHE-ECDSA-CHACHA20-POLY1305", true), ("ECDHE-ECDSA-AES128-SHA", false),
        ("ECDHE-ECDSA-AES256-SHA384", false),
    ])
    func `takes TLS 1.2 with authenticated encryption only`(cipher: String, isTaken: Bool) throws {
        let server = try server(.echo)
        let outcome = try ChildProcess.run([
            "openssl", "s_client", "-connect", "\(server.address)", "-tls1_2", "-cipher", cipher, "-CAfile", certificate.certificateFile,
        ])
        #expect(outcome.output.contains("Cipher is \(cipher)") == isTaken)
    }

    @Test func `gives up on a client that does not finish the handshake`() throws {
        let server = try server(.echo) { $0.headTimeout = .milliseconds(50) }
        let client = try server.client()
        #expect(try client.receive() == nil)
    }

    @Test func `a client that speaks plain HTTP to it is cut off`() throws {
        let server = try server(.echo)
        let client = try server.client()
        try client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        _ = try? client.receiveAll()
        #expect(eventually { server.server.connectionCount == 0 })
    }
}

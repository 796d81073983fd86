import Framing
import HarkenTesting
import Net
import Protocols
import Speech
import Testing
import Vendors

/// A client machine that says what is told to it.
private struct EchoingMachine: LiveClientMachine {
    let connection = ConnectionRequest(target: "/", headers: HTTPHeaders())
    var deadline: Instant?

    mutating func opened(now: Instant, actions: inout [ClientAction]) { actions.append(.event(.opened)) }

    mutating func rejected(status: Int?, headers: HTTPHeaders, body: [UInt8], now: Instant, actions: inout [ClientAction]) {
        actions.append(.event(.skipped("refused \(status ?? 0)")))
    }

    mutating func sentAudio(_ count: SampleCount, now: Instant) {}

    mutating func command(_ command: EngineCommand, now: Instant, actions: inout [ClientAction]) {
        if command == .keepAlive { deadline = now + .milliseconds(10) }
        actions.append(.event(.skipped("\(command)")))
    }

    mutating func receivedText(_ text: RawSpan, now: Instant, actions: inout [ClientAction]) {}

    mutating func closed(code: UInt16?, reason: String, now: Instant, actions: inout [ClientAction]) {}

    mutating func timePassed(now: Instant, actions: inout [ClientAction]) {
        deadline = nil
        actions.append(.event(.skipped("time passed")))
    }
}

@Suite(.hangLimit) struct `A client stream` {
    /// An owner as streams have it: it holds its stream, and its stream holds it until the last notice.
    // Sendable by proof: touched on the loop only, and what it writes down is locked.
    private final class Owner: @unchecked Sendable {
        let stream: ClientStream
        private let log: SharedLog

        init(_ stream: ClientStream, _ log: SharedLog) {
            self.stream = stream
            self.log = log
        }

        deinit { note("let go") }

        func connect(to target: WebSocketTarget, headers: HTTPHeaders) {
            stream.connect(to: target, headers: headers) { [self] notice in
                switch notice {
                case .opened: note("opened")
                case .event(.skipped(let text)): note(text)
                case .event, .listen, .resumable: note("said")
                case .failed(let error):
                    note("failed \(error)".prefix { $0 != "(" })
                    stream.rejected(error)
                case .closed: note("closed")
                }
            }
        }

        private func note(_ entry: some StringProtocol) { log.append(String(entry)) }
    }

    /// Runs `body` on a loop with a stream to a port that nobody listens at, and returns what its owner was told until nobody held the owner.
    private func notices(headers: HTTPHeaders = [:], _ body: @escaping @Sendable (Owner) -> Void) async throws -> [String] {
        let loop = try Loop()
        defer { loop.shutdown() }
        let log = SharedLog()
        let client = WebSocketClient(tls: try TLSClientContext(), resolver: Resolver())
        let target = try #require(WebSocketTarget("ws://127.0.0.1:1/"))
        await loop.run {
            let connector = VendorConnector(loop: loop, client: client, configuration: WebSocketConfiguration())
            let owner = Owner(ClientStream(EchoingMachine(), connector: connector), log)
            owner.connect(to: target, headers: headers)
            body(owner)
        }
        try await until { log.entries.last == "let go" }
        return log.entries.dropLast()
    }

    @Test func `tells why its socket did not open, and lets go of its owner`() async throws {
        #expect(try await notices { _ in } == ["failed unreachable", "refused 0"])
    }

    @Test func `fails without a connection when a header cannot be sent`() async throws {
        #expect(try await notices(headers: ["Authorization": "Token k\nother"]) { _ in } == ["failed unsendable", "refused 0"])
    }

    @Test func `fails as cancelled when it is closed before it is open`() async throws {
        #expect(try await notices { $0.stream.close() } == ["failed cancelled", "refused 0"])
    }

    @Test func `tells its machine of commands while it connects`() async throws {
        let notices = try await notices { $0.stream.command(.finalize) }
        #expect(notices == ["finalize", "failed unreachable", "refused 0"])
    }
}

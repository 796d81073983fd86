import Foundation
import Framing
import HarkenTesting
import Net
import Speech
import Testing

/// The program as it was built beside these tests, stopped while sessions are open. Its engine is another gateway that speaks Deepgram's protocol.
@Suite(.needs(StoppedProgram.isThere, "the program is not built beside the tests"), .hangLimit)
struct `A gateway that gets SIGTERM` {
    private static let tenth = [UInt8](repeating: 64, count: 3_200)

    @Test func `loses no word of sessions that speak on for ten seconds, and exits when the last has ended`() async throws {
        // The drain time is longer than a test may take.
        try await StoppedProgram.with(drainSeconds: 3_600) { program in
            let sockets = try await program.connect(3)
            for socket in sockets { for _ in 0..<20 { socket.send(binary: Self.tenth) } }
            try await until {
                for socket in sockets { socket.send(text: #"{"type":"KeepAlive"}"#) }
                return await program.engine.liveSessions() == 3
            }
            program.process.signal(SIGTERM)
            try await until {
                // A session is closed after ten seconds without a message.
                for socket in sockets { socket.send(text: #"{"type":"KeepAlive"}"#) }
                return try await program.status("/ready") == 503
            }
            for socket in sockets {
                for _ in 0..<100 { socket.send(binary: Self.tenth) }
                socket.send(text: #"{"type":"CloseStream"}"#)
            }
            let whole = (1...12).map { "w\($0)" }.joined(separator: " ")
            for socket in sockets {
                let words = await Self.words(socket)
                #expect(words == whole)
            }
            let outcome = await program.process.outcome()
            #expect(outcome.status == 0, "\(outcome.diagnostics)")
        }
    }

    @Test func `ends sessions in order when the drain time is over`() async throws {
        try await StoppedProgram.with(drainSeconds: 1) { program in
            let socket = try #require(try await program.connect(1).first)
            for _ in 0..<10 { socket.send(binary: Self.tenth) }
            #expect(await socket.next { $0.contains("w1") } != nil)
            program.process.signal(SIGTERM)
            let events = await socket.rest()
            #expect(events.last == .closed(1001, "The server is going down. Connect again."), "\(events)")
            #expect(await program.process.outcome().status == 0)
        }
    }

    /// Returns the final words of a session that ends in order.
    private static func words(_ socket: TestSocket) async -> String {
        let events = await socket.rest()
        guard case .closed(1000, _)? = events.last else { return "\(events.suffix(2))" }
        return events.compactMap { event -> String? in
            guard case .text(let text) = event, text.contains(#""is_final":true"#), let value = try? JSONValue(parsing: Array(text.utf8)),
                case .array(let found)? = value["channel"]?["alternatives"], case .string(let words)? = found.first?["transcript"]
            else { return nil }
            return words.isEmpty ? nil : words
        }.joined(separator: " ")
    }
}

/// A running program whose sessions are heard by a scripted engine.
private struct StoppedProgram: Sendable {
    private static let path = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent().appendingPathComponent("harken").path
    static var isThere: Bool { FileManager.default.isExecutableFile(atPath: path) }

    let process: ChildProcess
    private let port: UInt16
    let engine: TestGateway

    static func with(drainSeconds: Int, _ body: (StoppedProgram) async throws -> Void) async throws {
        try await TestGateway.with { engine in
            let folder = TemporaryFolder()
            let process = try ChildProcess(
                [path, "serve", "--listen", "127.0.0.1:0", "--drain-seconds", "\(drainSeconds)"],
                environment: [
                    "PATH": "/usr/bin:/bin", "HOME": folder.path, "HARKEN_DATA": folder.path(of: "data"), "HARKEN_ENGINES": "deepgram",
                    "DEEPGRAM_API_KEY": "any", "DEEPGRAM_BASE_URL": "http://127.0.0.1:\(engine.port)", "HARKEN_STALL_SECONDS": "0",
                    "HARKEN_REPAIR_SECONDS": "60",
                ])
            let ready = "harken: ready on http://127.0.0.1:"
            var port: UInt16?
            try await until {
                port = process.diagnostics.split(separator: "\n").first { $0.hasPrefix(ready) }.flatMap { UInt16($0.dropFirst(ready.count)) }
                return port != nil || !process.isRunning
            }
            try await body(StoppedProgram(process: process, port: try #require(port, "\(process.diagnostics)"), engine: engine))
        }
    }

    func status(_ path: String) async throws -> Int {
        try await engine.client.send(HTTPClientRequest(.get, "http://127.0.0.1:\(port)\(path)")).status.code
    }

    func connect(_ count: Int) async throws -> [TestSocket] {
        var sockets: [TestSocket] = []
        for _ in 0..<count {
            sockets.append(
                try await TestSocket.open(
                    WebSocketTarget(isSecure: false, host: "127.0.0.1", port: port, pathAndQuery: "/v1/listen?encoding=linear16&sample_rate=16000"),
                    headers: [:], opening: nil, client: engine.webSocketClient, loop: engine.group.loops[0]))
        }
        return sockets
    }
}

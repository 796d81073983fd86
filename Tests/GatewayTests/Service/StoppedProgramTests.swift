import Foundation
import Framing
import HarkenTesting
import Net
import Speech
import Testing

/// The program as it was built beside these tests, stopped while sessions are open. Its engine is another gateway that speaks Deepgram's protocol.
@Suite(.enabled(if: StoppedProgram.isThere, "the program is not built beside the tests"), .timeLimit(.minutes(2)))
struct `A gateway that gets SIGTERM` {
    private static let tenth = [UInt8](repeating: 64, count: 3_200)

    @Test func `loses no word of sessions that speak on for ten seconds, and exits when the last has ended`() async throws {
        try await StoppedProgram.with(drainSeconds: 30) { program in
            let sockets = try await program.connect(3)
            async let spoken = withThrowingTaskGroup(of: String.self) { group in
                for socket in sockets { group.addTask { try await Self.speak(socket, seconds: 12) } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            try await Task.sleep(for: .seconds(2))
            program.process.signal(SIGTERM)
            let whole = (1...12).map { "w\($0)" }.joined(separator: " ")
            #expect(try await spoken == [whole, whole, whole])
            let ended = Instant.now
            let outcome = await program.process.outcome()
            #expect(outcome.status == 0, "\(outcome.diagnostics)")
            #expect(ended.duration(to: .now) < .seconds(3))
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

    /// Speaks at the speed of speech, and returns the final words.
    private static func speak(_ socket: TestSocket, seconds: Int) async throws -> String {
        let start = Instant.now
        for number in 0..<(10 * seconds) {
            socket.send(binary: tenth)
            let due = start + .milliseconds(100 * (number + 1))
            try await Task.sleep(for: max(.zero, Instant.now.duration(to: due)))
        }
        socket.send(text: #"{"type":"CloseStream"}"#)
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
    private let engine: TestGateway

    static func with(drainSeconds: Int, _ body: (StoppedProgram) async throws -> Void) async throws {
        try await TestGateway.with { engine in
            let folder = TemporaryFolder()
            let process = try ChildProcess(
                [path, "serve", "--listen", "127.0.0.1:0", "--drain-seconds", "\(drainSeconds)"],
                environment: [
                    "PATH": "/usr/bin:/bin", "HOME": folder.path, "HARKEN_DATA": folder.path(of: "data"), "HARKEN_ENGINES": "deepgram",
                    "DEEPGRAM_API_KEY": "any", "DEEPGRAM_BASE_URL": "http://127.0.0.1:\(engine.port)",
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

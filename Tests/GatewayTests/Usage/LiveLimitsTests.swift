import Foundation
import Framing
import Gateway
import HarkenTesting
import Net
@testable import Observability
import Speech
import Store
import Synchronization
import Testing
import Usage

@Suite(.hangLimit) struct `A limit of the day` {
    private let second = [UInt8](repeating: 64, count: 32_000)

    private func texts(_ events: [TestSocket.Event]) -> String {
        events.map { event in
            switch event {
            case .text(let text): text
            case .closed(let code, let reason): "close \(code) \(reason)"
            }
        }.joined(separator: "\n")
    }

    private func book(_ audio: Duration = .zero, cost: USDollars = .zero, by user: String, _ gateway: TestGateway) async throws {
        let database = try SQLiteDatabase(in: DataDirectory(creating: gateway.directory))
        var run = UsageRecord(
            id: ID(UUID().uuidString), user: ID(user), engine: EngineName("deepgram"), workload: .realtime, kind: .recording, status: .succeeded,
            started: TestGateway.daytime)
        run.completed = TestGateway.daytime
        run.billable = audio
        run.cost = cost
        try await SQLUsageStore(in: database).note(run)
    }

    @Test func `ends a managed session with its last words`() async throws {
        let settings = ["HARKEN_USER_DAY_SECONDS": "12"]
        // The loops' clock stands: the session ends with its engine, not at the deadline for the last words.
        try await TestGateway.with(
            keys: TestKeys(valid: ["good"]), settings: settings, clock: HeldClock(), now: { TestGateway.daytime }
        ) { gateway in
            let socket = try await gateway.connect(
                "/ws/transcribe", opening: #"{"type":"auth","token":"good","config":{"language":"en-US","sample_rate":16000,"channels":1}}"#)
            for _ in 0..<5 { socket.send(binary: second) }
            // Five seconds are within the limit, and near enough to be told.
            #expect(await socket.next { $0.contains("credits_low") } != nil)
            socket.send(binary: [UInt8](repeating: 64, count: 8 * second.count))
            let events = await socket.rest()
            let said = texts(events)
            // All of the audio came in one message, before anybody had counted it: its last word is there, too.
            #expect(said.contains(#""text":"w13""#), "\(said)")
            #expect(said.contains(#""reason":"credits_exhausted""#), "\(said)")
            #expect(events.last == .closed(4402, "no_credits") || said.contains("close 4402"), "\(said)")
            // The next session does not begin.
            let next = try await gateway.connect("/ws/transcribe", opening: #"{"type":"auth","token":"good"}"#)
            #expect(texts(await next.rest()).contains("no_credits"))
            try await gateway.sessionsEnd()
        }
    }

    @Test func `ends a session whose engine does not finish`() async throws {
        let settings = ["HARKEN_KEY_DAY_SECONDS": "1"]
        let lines = Mutex<[String]>([]), clock = HeldClock()
        let log = Log(level: .warning, write: { line in lines.withLock { $0.append(line) } })
        try await TestGateway.with(
            ScriptedEngine(fault: .stuck), keys: TestKeys(valid: ["good"]), settings: settings, log: log, clock: clock,
            now: { TestGateway.daytime }
        ) { gateway in
            let socket = try await gateway.connect(
                "/v1/listen?encoding=linear16&sample_rate=16000", headers: ["Authorization": "Token good"])
            for _ in 0..<2 { socket.send(binary: second) }
            try await until { lines.withLock { $0.contains { $0.contains("a usage limit is reached") } } }
            clock.advance(by: LimitWatch.finishTime - .milliseconds(1))
            #expect(await gateway.liveSessions() == 1)
            // The session may have set its deadline after the clock moved.
            try await until {
                clock.advance(by: .milliseconds(1))
                return await gateway.liveSessions() == 0
            }
            let events = await socket.rest()
            guard case .closed(1008, let reason)? = events.last else {
                Issue.record("\(events)")
                return
            }
            #expect(reason.hasPrefix("ASR_PAYMENT_REQUIRED"))
            try await gateway.sessionsEnd()
        }
    }

    @Test func `counts the open sessions of a user together`() async throws {
        let settings = ["HARKEN_USER_DAY_SECONDS": "10"]
        let keys = TestKeys(valid: ["one", "two", "other"], users: ["other": "somebody"])
        try await TestGateway.with(keys: keys, settings: settings, now: { TestGateway.daytime }) { gateway in
            let path = "/v1/listen?encoding=linear16&sample_rate=16000"
            var sockets: [TestSocket] = []
            for key in ["one", "two", "other"] { sockets.append(try await gateway.connect(path, headers: ["Authorization": "Token " + key])) }
            for socket in sockets { for _ in 0..<6 { socket.send(binary: second) } }
            for socket in sockets.prefix(2) {
                let events = await socket.rest()
                guard case .closed(1008, _)? = events.last else {
                    Issue.record("\(events)")
                    continue
                }
            }
            // The other user has used six of ten seconds.
            sockets[2].send(text: #"{"type":"CloseStream"}"#)
            #expect(await sockets[2].rest().last == .closed(1000, ""))
            #expect(await status(gateway, path, "one") == 402)
            try await gateway.sessionsEnd()
        }
    }

    @Test func `of money leaves what costs nothing`() async throws {
        let settings = ["HARKEN_USER_MONTH_USD": "1"]
        let transcript = Transcript(
            rate: .speech, length: SampleCount(16_000), language: .english, model: "m", channels: [.init(words: [], segments: [])])
        let paid = ScriptedEngine(name: EngineName("deepgram"), transcript: .success(transcript))
        let local = ScriptedEngine(name: .local, word: { "local\($0)" }, transcript: .success(transcript))
        try await TestGateway.with(
            paid, others: [local], keys: TestKeys(valid: ["good"]), settings: settings, now: { TestGateway.daytime }
        ) { gateway in
            try await book(cost: USDollars(hundredMillionths: 100_000_000), by: "user", gateway)
            let path = "/v1/listen?encoding=linear16&sample_rate=16000"
            #expect(await status(gateway, path + "&engine=deepgram", "good") == 402)
            let socket = try await gateway.connect(path, headers: ["Authorization": "Token good"])
            for _ in 0..<3 { socket.send(binary: second) }
            #expect(await socket.next { $0.contains("local1") } != nil)
            socket.close()
            for (engine, expected) in [("deepgram", 402), ("local", 200)] {
                let headers: HTTPHeaders = ["Authorization": "Token good", "X-Harken-Engine": engine]
                #expect(try await gateway.send(.post, "/v1/listen", headers: headers, body: [1, 2]).status == expected)
            }
            try await gateway.sessionsEnd()
        }
    }

    private func status(_ gateway: TestGateway, _ path: String, _ key: String) async -> Int {
        do {
            let socket = try await gateway.connect(path, headers: ["Authorization": "Token " + key])
            socket.close()
            return 101
        } catch WebSocketConnectError.rejected(let head, _) {
            return head.status.code
        } catch {
            return 0
        }
    }
}

import Foundation
import Framing
import Gateway
import HarkenTesting
import Net
import Speech
import Store
import Testing

@Suite(.timeLimit(.minutes(5))) struct `A limit of the day` {
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
            started: TestGateway.time)
        run.completed = TestGateway.time
        run.billable = audio
        run.cost = cost
        try await SQLUsageStore(in: database).note(run)
    }

    @Test func `ends a managed session with its last words soon after`() async throws {
        let settings = ["HARKEN_USER_DAY_SECONDS": "12"]
        try await TestGateway.with(keys: TestKeys(valid: ["good"]), settings: settings) { gateway in
            let socket = try await gateway.connect(
                "/ws/transcribe", opening: #"{"type":"auth","token":"good","config":{"language":"en-US","sample_rate":16000,"channels":1}}"#)
            for _ in 0..<5 { socket.send(binary: second) }
            // Five seconds are within the limit, and near enough to be told.
            #expect(await socket.next { $0.contains("credits_low") } != nil)
            let began = Instant.now
            for _ in 0..<8 { socket.send(binary: second) }
            let events = await socket.rest()
            let took = Instant.now - began
            let said = texts(events)
            // Two seconds, on a machine that has nothing else to do.
            #expect(took < .seconds(10), "\(took)")
            // All of the audio came before anybody had counted it: its last word is there, too.
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
        try await TestGateway.with(ScriptedEngine(fault: .mute), keys: TestKeys(valid: ["good"]), settings: settings) { gateway in
            let socket = try await gateway.connect(
                "/v1/listen?encoding=linear16&sample_rate=16000", headers: ["Authorization": "Token good"])
            let began = Instant.now
            for _ in 0..<2 { socket.send(binary: second) }
            let events = await socket.rest()
            // Without the deadline this engine would never end; on a busy machine it takes longer than the two seconds.
            #expect(Instant.now - began < .seconds(10))
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
        try await TestGateway.with(keys: keys, settings: settings) { gateway in
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
        try await TestGateway.with(paid, others: [local], keys: TestKeys(valid: ["good"]), settings: settings) { gateway in
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

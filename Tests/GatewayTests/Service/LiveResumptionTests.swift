import Conversations
import Foundation
import Framing
import Gateway
import HarkenTesting
import Speech
import Store
import Testing

@Suite(.hangLimit) struct `A session over /listen whose client comes back` {
    private static let path = "/v4/listen?language=en&sample_rate=16000&codec=pcm16&vad_gate=disabled&ack=true"

    /// 100 ms.
    private static let tenth = (0..<1_600).flatMap { _ in [UInt8(64), UInt8(31)] }

    /// One connection after the other, and what was seen on all of them.
    private final class Client {
        let gateway: TestGateway
        let headers: HTTPHeaders
        private(set) var socket: TestSocket
        private(set) var session = ""
        private(set) var seen = 0
        private(set) var segments: [String: String] = [:]
        private(set) var durable = 0
        private(set) var statuses: [String] = []
        /// The conversations that were named.
        private(set) var conversations: Set<String> = []

        private init(_ gateway: TestGateway, _ headers: HTTPHeaders, _ socket: TestSocket) {
            self.gateway = gateway
            self.headers = headers
            self.socket = socket
        }

        static func connected(to gateway: TestGateway, path: String = path, headers: HTTPHeaders = [:]) async throws -> Client {
            let client = Client(gateway, headers, try await gateway.connect(path, headers: headers))
            let first = try #require(await client.next("session_started"))
            client.session = try #require(first["session_id"] as? String)
            #expect(first["resume_window"] as? Int == 120)
            return client
        }

        func send(seconds: Int) { for _ in 0..<10 * seconds { socket.send(binary: tenth) } }

        func leave() { socket.close(code: 1001) }

        /// - Returns: what is answered: how much of its audio the session has.
        func comeBack(at sample: Int, path: String = path) async throws -> Int? {
            socket = try await gateway.connect("\(path)&session_id=\(session)&resume_from=\(sample)&seen=\(seen)", headers: headers)
            return await next("session_resumed")?["samples"] as? Int
        }

        /// The next message of a type; everything up to it is noted.
        func next(_ type: String, where condition: ([String: Any]) -> Bool = { _ in true }) async -> [String: Any]? {
            var found: [String: Any]?
            _ = await socket.next { text in
                guard let message = try? JSONSerialization.jsonObject(with: Data(text.utf8)) else { return false }
                note(message)
                if let object = message as? [String: Any], object["type"] as? String == type, condition(object) { found = object }
                return found != nil
            }
            return found
        }

        func words(through word: String) async {
            guard !segments.values.contains(where: { $0.hasSuffix(word) }) else { return }
            _ = await socket.next { text in
                guard let message = try? JSONSerialization.jsonObject(with: Data(text.utf8)) else { return false }
                note(message)
                return segments.values.contains { $0.hasSuffix(word) }
            }
        }

        private func note(_ message: Any) {
            if let list = message as? [[String: Any]] {
                seen += 1
                for one in list { segments[one["id"] as? String ?? ""] = one["text"] as? String }
            } else if let object = message as? [String: Any] {
                switch object["type"] as? String {
                case "audio_ack": durable = object["samples"] as? Int ?? durable
                case "session_started", "session_resumed", "session_expired", "auth_response": break
                case "conversation_session":
                    seen += 1
                    conversations.insert(object["conversation_id"] as? String ?? "")
                case "service_status":
                    seen += 1
                    statuses.append(object["status"] as? String ?? "")
                case _: seen += 1
                }
            }
        }

        var text: String { segments.values.joined(separator: " ") }
    }

    private func conversation(_ gateway: TestGateway, words: Int) async throws -> Conversation {
        let store = try gateway.store()
        var found: Conversation?
        try await until {
            found = try? await store.inProgress(of: .local, source: "omi", device: nil)
            return (found?.segments.reduce(0) { $0 + $1.words.count } ?? 0) >= words
        }
        return try #require(found)
    }

    @Test func `hears what of its audio is durable, and goes on where it was`() async throws {
        try await TestGateway.with(keys: TestKeys(valid: [])) { gateway in
            let client = try await Client.connected(to: gateway)
            client.send(seconds: 3)
            await client.words(through: "w3")
            _ = try #require(await client.next("audio_ack") { $0["samples"] as? Int == 48_000 })
            client.leave()
            // The gateway has heard the goodbye when it answers it.
            _ = await client.socket.rest()
            #expect(await gateway.liveSessions() == 1, "it waits")
            // One second comes twice.
            #expect(try await client.comeBack(at: 32_000) == 48_000)
            client.send(seconds: 3)
            await client.words(through: "w5")
            #expect(client.text == "w1 w2 w3 w4 w5")
            let stored = try await conversation(gateway, words: 5)
            #expect(stored.segments.flatMap(\.words).map(\.text) == (1...5).map { "w\($0)" })
            #expect(stored.segments.flatMap(\.words).map(\.start) == (0..<5).map { .seconds($0) })
            #expect(client.conversations == [stored.id.rawValue])
            client.socket.close()
            try await gateway.sessionsEnd()
        }
    }

    @Test func `loses and doubles nothing, wherever its connections land`() async throws {
        try await TestGateway.with(keys: TestKeys(valid: []), loops: 3) { gateway in
            let client = try await Client.connected(to: gateway)
            client.send(seconds: 2)
            await client.words(through: "w2")
            for round in 1...8 {
                client.leave()
                // From somewhere before what is there.
                let from = max(0, round * 32_000 - 16_000 + 16 * round)
                let received = try #require(try await client.comeBack(at: from))
                try #require(received == round * 32_000)
                for _ in 0..<(received - from) / 1_600 { client.socket.send(binary: Self.tenth) }
                client.socket.send(binary: Array(Self.tenth.prefix(2 * ((received - from) % 1_600))))
                client.send(seconds: 2)
                await client.words(through: "w\(2 * round + 2)")
            }
            #expect(client.text == (1...18).map { "w\($0)" }.joined(separator: " "))
            #expect(client.conversations.count == 1)
            client.socket.close()
        }
    }

    @Test func `is told of audio that nobody has`() async throws {
        try await TestGateway.with(keys: TestKeys(valid: [])) { gateway in
            let client = try await Client.connected(to: gateway)
            client.send(seconds: 2)
            await client.words(through: "w2")
            client.leave()
            #expect(try await client.comeBack(at: 80_000) == 32_000)
            client.send(seconds: 2)
            #expect(await client.next("service_status") { $0["status"] as? String == "stt_degraded" } != nil)
            let stored = try await conversation(gateway, words: 4)
            // The engine's stream behind the gap is another one.
            #expect(stored.segments.flatMap(\.words).map(\.start) == [0, 1, 5, 6].map { .seconds($0) })
            client.socket.close()
        }
    }

    @Test func `has its words where they were said behind such a hole, with the gate`() async throws {
        let path = Self.path.replacingOccurrences(of: "&vad_gate=disabled", with: "")
        try await TestGateway.with(keys: TestKeys(valid: []), ears: TestEars()) { gateway in
            let client = try await Client.connected(to: gateway, path: path)
            client.send(seconds: 2)
            for _ in 0..<50 { client.socket.send(binary: [UInt8](repeating: 0, count: 3_200)) }
            _ = try #require(await client.next("audio_ack") { $0["samples"] as? Int == 112_000 })
            client.leave()
            // Ten seconds and a half are missing.
            #expect(try await client.comeBack(at: 280_000, path: path) == 112_000)
            client.send(seconds: 2)
            for _ in 0..<60 { client.socket.send(binary: [UInt8](repeating: 0, count: 3_200)) }
            let store = try gateway.store()
            var starts: [Duration] = []
            try await until {
                let found = try? await store.inProgress(of: .local, source: "omi", device: nil)
                starts = found?.segments.flatMap(\.words).map(\.start) ?? []
                return starts.contains { $0 > .seconds(18) }
            }
            let behind = try #require(starts.first { $0 > .seconds(7) })
            #expect(abs((behind - .milliseconds(17_500)) / .milliseconds(1)) <= 64)
            client.socket.close()
        }
    }

    @Test func `takes the place of a connection that nobody knows to be dead`() async throws {
        try await TestGateway.with(keys: TestKeys(valid: [])) { gateway in
            let client = try await Client.connected(to: gateway)
            client.send(seconds: 1)
            await client.words(through: "w1")
            let old = client.socket
            #expect(try await client.comeBack(at: 16_000) == 16_000)
            #expect(await old.rest().last == .closed(1001, "replaced"))
            client.send(seconds: 1)
            await client.words(through: "w2")
            #expect(client.text == "w1 w2")
            client.socket.close()
        }
    }

    @Test func `is over when it says goodbye, and nobody else's`() async throws {
        let keys = TestKeys(valid: ["mine", "yours"], users: ["yours": "another"])
        try await TestGateway.with(keys: keys) { gateway in
            let mine: HTTPHeaders = ["Authorization": "Bearer mine"]
            let client = try await Client.connected(to: gateway, headers: mine)
            client.send(seconds: 1)
            await client.words(through: "w1")
            let target = "\(Self.path)&session_id=\(client.session)&resume_from=0"
            let stranger = try await gateway.connect(target, headers: ["Authorization": "Bearer yours"])
            #expect(await stranger.rest() == [.text(#"{"type":"session_expired"}"#), .closed(4404, "session_expired")])
            client.socket.close()
            try await gateway.sessionsEnd()
            let late = try await gateway.connect(target, headers: mine)
            #expect(await late.rest() == [.text(#"{"type":"session_expired"}"#), .closed(4404, "session_expired")])
        }
    }

    @Test func `is rejected what cannot be`() async throws {
        try await TestGateway.with(keys: TestKeys(valid: [])) { gateway in
            let client = try await Client.connected(to: gateway)
            let early = try await gateway.connect("\(Self.path)&session_id=\(client.session)&resume_from=-1")
            #expect(await early.rest().last == .closed(1008, "Audio goes on at a sample from 0 on."))
            let least = try await gateway.connect("\(Self.path)&session_id=\(client.session)&resume_from=\(Int64.min)")
            #expect(await least.rest().last == .closed(1008, "Audio goes on at a sample from 0 on."))
            let late = try await gateway.connect(
                "\(Self.path)&session_id=\(client.session)&resume_from=\(Int64.max)&seen=\(Int.max)")
            #expect(await late.rest().last == .closed(1008, "The session has 0 samples."))
            client.send(seconds: 1)
            await client.words(through: "w1")
            client.socket.close()
        }
    }
}

import Conversations
import Foundation
import Framing
import Gateway
import HarkenTesting
import Net
import Observability
import Speech
import Store
import Synchronization
import Testing

/// What stays of a session whose client is gone before its words are final.
@Suite(.hangLimit) struct `A client that leaves` {
    /// How a client leaves.
    enum Leaving: String, CaseIterable, Sendable {
        /// It closes in order.
        case goodbye
        /// It closes as a phone does that puts its app away.
        case away
        /// Its connection ends without a word.
        case broken
        /// Its connection is reset.
        case reset
    }

    /// Speech of 0.3 s, of a little more than a second, of some seconds, and of half a minute.
    private static let lengths = [300, 1_300, 4_000, 30_000]

    /// Settings of gateways whose conversations keep no audio in the gate: to encode half a minute takes more than the rest of a case.
    private static let settings = ["HARKEN_GATE": "off"].merging(TestMatrices.areWhole ? [:] : ["HARKEN_AUDIO_DAYS": "0"]) { $1 }

    /// The words of so much speech: one for each second that has begun.
    private func words(of milliseconds: Int) -> String { (0..<(milliseconds + 999) / 1_000).map { "w\($0 + 1)" }.joined(separator: " ") }

    /// Speaks from a thread of its own: a write that waits for the gateway would hold one of the few threads on which the gateway judges callers.
    private func speak(
        _ milliseconds: Int, channels: Int = 1, rate: Int = 16_000, _ audio: PaymentExpectation.Audio = .binary, to connection: RawConnection
    ) async throws {
        let result: Result<Void, any Error> = await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                continuation.resume(returning: Result { try write(milliseconds, channels: channels, rate: rate, audio, to: connection) })
            }
        }
        try result.get()
    }

    private func write(_ milliseconds: Int, channels: Int, rate: Int, to connection: RawConnection) throws {
        let piece = [UInt8](repeating: 32, count: rate / 10 * 2)
        for _ in 0..<milliseconds / 100 {
            // Of several channels, each message names its own.
            for channel in 0..<channels { try connection.send(frame: 2, (channels > 1 ? [UInt8(channel + 1)] : []) + piece) }
        }
    }

    private func write(_ milliseconds: Int, channels: Int, rate: Int, _ audio: PaymentExpectation.Audio, to connection: RawConnection) throws {
        guard audio == .realtime else { return try write(milliseconds, channels: channels, rate: rate, to: connection) }
        let piece = Data(repeating: 32, count: rate / 10 * 2).base64EncodedString()
        for _ in 0..<milliseconds / 100 {
            try connection.send(frame: 1, Array(#"{"type":"input_audio_buffer.append","audio":"\#(piece)"}"#.utf8))
        }
    }

    private func leave(_ connection: RawConnection, _ way: Leaving) async throws {
        switch way {
        case .goodbye: try connection.send(frame: 8, [3, 232])
        case .away: try connection.send(frame: 8, [3, 233])
        case .broken: connection.end()
        case .reset:
            // A reset may overtake what the gateway has not read yet.
            try connection.send(frame: 9, Array("all of it".utf8))
            try await connection.receive { $0.contains("all of it") }
            connection.end(byReset: true)
        }
    }

    /// True once the gateway has all audio of the latest session, the longest of all: it is open still, or has its transcript.
    ///
    /// - Parameter number: number of sessions so far.
    private func hasTaken(_ milliseconds: Int, _ number: Int, _ gateway: TestGateway) async throws -> Bool {
        guard case .array(let open)? = try await gateway.api(.get, "/api/v1/sessions?open=true").json["sessions"] else { return false }
        let isTaken = open.contains { session in
            if case .double(let seconds)? = session["duration"] { seconds >= Double(milliseconds) / 1_000 } else { false }
        }
        if isTaken { return true }
        let stored = (try? FileManager.default.contentsOfDirectory(atPath: gateway.directory + "/transcripts")) ?? []
        return stored.count { $0.hasSuffix(".json") } == number
    }

    private func said(in conversation: ID<Conversation>, _ gateway: TestGateway) async throws -> String {
        try await gateway.api(.get, "/api/v1/conversations/\(conversation.rawValue)").texts.joined(separator: " ")
    }

    @Test(arguments: Leaving.allCases, ["", "&source=desktop", "&channels=2", "&ack=true"])
    func `finds its conversation with every word, and a memory follows`(way: Leaving, options: String) async throws {
        let later = Mutex(Duration.zero)
        let clock = HeldClock(), lines = SharedLog()
        // Audio is kept in the same way whatever the options are.
        let settings = options.isEmpty ? ["HARKEN_GATE": "off"] : Self.settings
        try await TestGateway.with(
            ScriptedEngine(fault: .holds), keys: TestKeys(valid: []), settings: settings,
            log: Log(level: .info, write: { lines.append($0) }), clock: clock, now: { TestGateway.time + later.withLock { $0 } }
        ) { gateway in
            var left: [ID<Conversation>] = []
            for length in Self.lengths {
                let id = ID<Conversation>(UUID().uuidString.lowercased())
                left.append(id)
                let channels = options == "&channels=2" ? 2 : 1
                let connection = try RawConnection(port: gateway.port)
                try await connection.openWebSocket(
                    "/v4/listen?language=en&sample_rate=16000&codec=pcm16&client_conversation_id=\(id.rawValue)\(options)")
                try await speak(length, channels: channels, to: connection)
                try await leave(connection, way)
                // Time that passes before the gateway has read all would end the connection of a client that answers no ping.
                try await until { try await hasTaken(length, left.count, gateway) }
                // The 10 seconds count from when the gateway knows that nobody is there.
                try await until {
                    lines.entries.count { $0.contains("client left its session") || $0.contains("client lost its connection") } == left.count
                }
                var state = "", waited = Duration.zero
                try await until(showing: state) {
                    // A client that may come back is waited for, before its words are made final. Behind 10 s time stands still.
                    if waited < .seconds(10) {
                        clock.advance(by: .seconds(1))
                        waited += .seconds(1)
                    }
                    let said = try await said(in: id, gateway).split(separator: " ").sorted()
                    state = "\(said)"
                    return said == (0..<channels).flatMap { _ in words(of: length).split(separator: " ") }.sorted()
                }
            }
            // The silence after which conversations are over has passed.
            later.withLock { $0 = .seconds(20_000) }
            clock.advance(by: .seconds(200))
            for id in left {
                try await until { try await gateway.api(.get, "/api/v1/conversations/\(id.rawValue)").string("status") == "completed" }
                #expect(try await gateway.api(.get, "/api/v1/conversations/\(id.rawValue)").string("title")?.isEmpty == false)
            }
        }
    }

    private static let live = PaymentExpectation.all.filter { if case .live = $0.value.request { true } else { false } }.keys.sorted()

    /// How a route's protocol tells the session's id; the answer to the handshake tells it on every route.
    private static func telling(_ id: String, on route: String) -> (text: String, name: String) {
        switch route {
        case "WebSocket /v3/ws", "WebSocket /v2", "WebSocket /v2/", "WebSocket /v2/*", "WebSocket /v2/agent",
            "WebSocket /v2/agent/":
            (#""id":"\#(id)""#, id)
        case "WebSocket /v1/listen", "WebSocket /v2/listen": ("dg-request-id: \(id)", id)
        case "WebSocket /v1/realtime":
            (#""id":"sess_\#(id.filter { $0 != "-" })""#, "sess_" + id.filter { $0 != "-" })
        case "WebSocket /ws/transcribe": (#""session_id":"\#(id)""#, id)
        case "WebSocket /listen", "WebSocket /v3/listen", "WebSocket /v4/listen", "WebSocket /v4/web/listen":
            (#""recording_session_id":"\#(id)""#, id)
        // Soniox's protocol and push-to-talk have no field for it.
        default: ("X-Harken-Session: \(id)", id)
        }
    }

    /// The ways to leave each route that are asked: all in `make verify`; so many in the gate, in turn.
    private static func cells(_ count: Int) -> [(String, Leaving)] {
        var cells: [(String, Leaving)] = []
        for (place, route) in live.enumerated() {
            for (number, way) in Leaving.allCases.enumerated() where TestMatrices.areWhole || (place + number) % Leaving.allCases.count < count {
                cells.append((route, way))
            }
        }
        return cells
    }

    @Test(arguments: cells(1))
    func `fetches what came after it had gone by the name that its protocol gave the session`(route: String, way: Leaving) async throws {
        guard case .live(let target, let opening, let rate, let audio)? = PaymentExpectation.all[route]?.request else { return }
        try await TestGateway.with(ScriptedEngine(fault: .holds), keys: TestKeys(valid: []), settings: ["HARKEN_GATE": "off"]) { gateway in
            let connection = try RawConnection(port: gateway.port)
            let answer = try await connection.openWebSocket(target)
            let id = String(try #require(answer.split(separator: "X-Harken-Session: ").dropFirst().first?.prefix(36)))
            let (text, name) = Self.telling(id, on: route)
            if let opening { try connection.send(frame: 1, Array(opening.utf8)) }
            try await speak(2_300, rate: rate, audio, to: connection)
            if !answer.contains(text) { try await connection.receive { $0.contains(text) } }
            try await leave(connection, way)
            try await until {
                let found = try await gateway.api(.get, "/api/v1/sessions/" + name)
                return found.status == 200 && found.texts.joined(separator: " ") == words(of: 2_300)
            }
        }
    }

    @Test(arguments: cells(2))
    func `finds every word in its transcript, and pays for all of its audio once`(route: String, way: Leaving) async throws {
        guard case .live(let target, let opening, let rate, let audio)? = PaymentExpectation.all[route]?.request else { return }
        try await TestGateway.with(ScriptedEngine(fault: .holds), keys: TestKeys(valid: []), settings: Self.settings) { gateway in
            for (number, length) in Self.lengths.enumerated() {
                let connection = try RawConnection(port: gateway.port)
                let answer = try await connection.openWebSocket(target)
                let id = try #require(answer.split(separator: "X-Harken-Session: ").dropFirst().first?.prefix(36))
                if let opening { try connection.send(frame: 1, Array(opening.utf8)) }
                try await speak(length, rate: rate, audio, to: connection)
                try await leave(connection, way)
                try await gateway.sessionsEnd()
                let path = gateway.directory + "/transcripts"
                try await until {
                    ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).count { $0.hasSuffix(".json") } == number + 1
                }
                let found = try await gateway.api(.get, "/api/v1/sessions/" + id)
                #expect(found.string("status") == "complete", "\(found)")
                let said = found.texts.joined(separator: " ").split(separator: " ").count
                // A protocol may force a final in the middle of a word of long speech, which is two words then.
                #expect(((length + 999) / 1_000...(length + 999) / 1_000 + length / 10_000).contains(said), "\(found.text)")
                #expect(found.texts.joined(separator: " ") == words(of: said * 1_000), "\(found.text)")
            }
            let seconds = Double(Self.lengths.reduce(0, +)) / 1_000
            try await until {
                let usage = try await gateway.api(.get, "/api/v1/usage")
                guard case .array(let rows)? = usage.json["rows"], let row = rows.first else { return false }
                return rows.count == 1 && row["runs"] == .int(Self.lengths.count) && row["audio_seconds"] == .double(seconds)
            }
        }
    }

    @Test(arguments: Leaving.allCases) func `finds what each of its channels said`(way: Leaving) async throws {
        try await TestGateway.with(ScriptedEngine(fault: .holds), keys: TestKeys(valid: []), settings: ["HARKEN_GATE": "off"]) { gateway in
            let connection = try RawConnection(port: gateway.port)
            let answer = try await connection.openWebSocket("/v1/listen?encoding=linear16&sample_rate=16000&channels=2&multichannel=true")
            let id = try #require(answer.split(separator: "X-Harken-Session: ").dropFirst().first?.prefix(36))
            // Both channels are in each message, so that it is twice as long.
            try await speak(2_300, rate: 32_000, to: connection)
            try await leave(connection, way)
            try await gateway.sessionsEnd()
            try await until {
                let found = try await gateway.api(.get, "/api/v1/sessions/" + id)
                let said = found.texts.joined(separator: " ").split(separator: " ").sorted()
                return found.status == 200 && said == ["w1", "w1", "w2", "w2", "w3", "w3"]
            }
        }
    }

    /// Protocols whose client shows its key in its first message, with that message.
    private static let openings = [
        "/transcribe-websocket": #"{"api_key":"hk_slow","model":"stt-rt-v3","audio_format":"pcm_s16le","sample_rate":16000,"num_channels":1}"#,
        "/ws/transcribe": #"{"type":"auth","token":"hk_slow"}"#,
        "/v4/web/listen?language=en&sample_rate=16000&codec=pcm16": #"{"type":"auth","token":"hk_slow"}"#,
    ]

    @Test(arguments: openings.keys.sorted(), [Leaving.goodbye, .broken])
    func `is heard though it had gone before its key was judged`(target: String, way: Leaving) async throws {
        let keys = TestKeys(valid: ["hk_slow", "hk_good"], slow: "hk_slow")
        try await TestGateway.with(ScriptedEngine(fault: .holds), keys: keys, settings: ["HARKEN_GATE": "off"]) { gateway in
            let connection = try RawConnection(port: gateway.port)
            try await connection.openWebSocket(target)
            try connection.send(frame: 1, Array(try #require(Self.openings[target]).utf8))
            try await speak(2_300, to: connection)
            try await leave(connection, way)
            try await until { keys.slowReadings == 1 }
            keys.letSlow()
            try await gateway.sessionsEnd()
            let folder = gateway.directory + "/transcripts"
            let file = try await untilSome {
                (try? FileManager.default.contentsOfDirectory(atPath: folder))?.first { $0.hasSuffix(".json") }
            }
            let found = try await gateway.api(.get, "/api/v1/sessions/" + file.dropLast(".json".count), headers: ["Authorization": "Bearer hk_good"])
            #expect(found.texts.joined(separator: " ") == words(of: 2_300), "\(found.text)")
        }
    }

    @Test(arguments: Leaving.allCases) func `finds its words though its engine failed in the end, once another hears them`(way: Leaving) async throws
    {
        let words = (0..<3).map { Word("heard\($0)", SampleRange(SampleIndex($0 * 4_000), count: SampleCount(4_000)), confidence: 0.75) }
        let length = SampleCount(12_000)
        let heard = Transcript(
            rate: .speech, length: length, language: .english, model: "scripted-1",
            channels: [.init(words: words, segments: [.init(range: SampleRange(.zero, count: length), words: 0..<3)])])
        let engine = ScriptedEngine(fault: .mute, transcript: .success(heard))
        try await TestGateway.with(engine, keys: TestKeys(valid: []), settings: ["HARKEN_GATE": "off", "HARKEN_REPAIR_SECONDS": "0"]) { gateway in
            let id = ID<Conversation>(UUID().uuidString.lowercased())
            let connection = try RawConnection(port: gateway.port)
            try await connection.openWebSocket(
                "/v4/listen?language=en&sample_rate=16000&codec=pcm16&source=desktop&client_conversation_id=\(id.rawValue)")
            try await speak(1_000, to: connection)
            try await leave(connection, way)
            try await until { try await said(in: id, gateway) == "heard0 heard1 heard2" }
        }
    }
}

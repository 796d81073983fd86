import Continuity
import Conversations
import Foundation
import Framing
import Gateway
import HarkenTesting
import Journal
@testable import Observability
import Speech
import Store
import Testing

/// What becomes of conversations whose gateway was killed, and of those that cannot be completed.
@Suite(.hangLimit) struct `Conversations after a crash` {
    private let session = ID<Session>("0f6c2d1e-0000-4000-8000-000000000001")
    private let now = TestGateway.time

    /// The session, which began ten minutes ago.
    private var record: SessionRecord {
        SessionRecord(
            id: session, started: now + .seconds(-600), dialect: "listen", language: LanguageTag("en"), engines: [EngineName("scripted")])
    }

    private func store(_ directory: String) throws -> SQLConversationStore {
        let now = now
        let data = try DataDirectory(creating: directory)
        return SQLConversationStore(in: try SQLiteDatabase(in: data), audio: Blobs(in: data).audio, now: { now })
    }

    private func conversation(
        _ id: String, _ status: Conversation.Status, ago: Int, timeout: Duration? = nil, said: [String] = ["one", "two"], from second: Int = 0
    ) -> Conversation {
        let started = now + .seconds(-ago)
        let words = said.enumerated().map { index, text in
            SegmentWord(text, start: .seconds(second + index), end: .seconds(second + index) + .milliseconds(500), confidence: 1)
        }
        let segments =
            words.isEmpty
            ? []
            : [
                Segment(
                    id: ID("s-" + id), text: said.joined(separator: " "), start: .seconds(second), end: words[words.count - 1].end, words: words,
                    engine: EngineName("scripted"))
            ]
        return Conversation(
            id: ID(id), user: .local, status: status, source: "omi", device: id, started: started, finished: started + .seconds(second + said.count),
            segments: segments, timeout: timeout)
    }

    private var engine: ScriptedEngine { .hearingSeconds() }

    @Test(arguments: [0, 100]) func `have all that was said, whatever of it was stored`(shift: Int) async throws {
        let run = try EarlierRun()
        // Five seconds, of which three words were committed, and two of them stored when the gateway was killed.
        _ = run.session(record, seconds: 5, committed: 3)
        let earlier = try store(run.directory)
        _ = try await earlier.begin(conversation("c1", .inProgress, ago: 600, said: ["said0", "said1"], from: shift))
        _ = try await earlier.join(SessionPart(session: session, conversation: ID("c1"), begins: .zero, shift: .seconds(shift)), of: .local)
        try await TestGateway.with(engine, keys: TestKeys(valid: []), directory: run.directory) { gateway in
            let store = try store(gateway.directory)
            var found: Conversation?
            try await until {
                found = try await store.conversation(ID("c1"), of: .local)
                return found?.status == .completed
            }
            let words = found?.segments.flatMap(\.words) ?? []
            let said = words.map(\.text).filter { $0.hasPrefix("said") }
            #expect(said == ["said0", "said1", "said2"], "\(words)")
            // The two seconds that no engine had made final, and what lies across their edge.
            #expect((2...3).contains(words.count { $0.text.hasPrefix("heard") }), "\(words)")
            #expect(words.allSatisfy { (.seconds(shift) ... .seconds(shift + 5)).contains($0.start) })
            #expect(zip(words, words.dropFirst()).allSatisfy { $0.start <= $1.start })
            #expect(found?.title != nil)
        }
    }

    /// A conversation as the session's journal has it.
    private func journaled(_ id: String, shift: Duration?, begins: Duration = .zero) -> ConversationRecord {
        ConversationRecord(
            id: id, source: "omi", device: "pendant", call: nil, created: now + .seconds(-600), timeout: .seconds(120), begins: begins, shift: shift)
    }

    @Test(arguments: [nil, Duration.zero]) func `are made again when the store had not accepted them`(shift: Duration?) async throws {
        let run = try EarlierRun()
        var record = self.record
        record.conversations = [journaled("c1", shift: shift)]
        _ = run.session(record, seconds: 5, committed: 3)
        try await TestGateway.with(engine, keys: TestKeys(valid: []), directory: run.directory) { gateway in
            let store = try store(gateway.directory)
            try await until { try await store.conversation(ID("c1"), of: .local)?.status == .completed }
            let found = try #require(try await store.conversation(ID("c1"), of: .local))
            #expect(found.segments.flatMap(\.words).map(\.text).filter { $0.hasPrefix("said") } == ["said0", "said1", "said2"])
            #expect(found.source == "omi" && found.device == "pendant" && found.language == LanguageTag("en"))
        }
    }

    @Test(
        arguments: [
            ("sample_rate=16000", nil, 80_000), ("sample_rate=8000", nil, 40_000), ("sample_rate=16000", "ann", nil),
            ("sample_rate=16000&words=true", nil, nil), ("sample_rate=16000&custom_stt=enabled", nil, nil),
        ] as [(String, String?, Int?)])
    func `are not said twice: a client that comes back is told how much of its audio is on the disk`(query: String, owner: String?, samples: Int?)
        async throws
    {
        let run = try EarlierRun()
        var record = self.record
        record.owner = owner.map { .init(user: $0, key: "key") }
        _ = run.session(record, seconds: 5, committed: 3)
        try await TestGateway.with(engine, keys: TestKeys(valid: []), directory: run.directory) { gateway in
            let path = "/v4/listen?language=en&codec=pcm16&\(query)&ack=true&session_id=\(session.rawValue)&resume_from=0"
            let socket = try await gateway.connect(path)
            var message: [String: Any]?
            _ = await socket.next { text in
                message = (try? JSONSerialization.jsonObject(with: Data(text.utf8))) as? [String: Any]
                return message?["type"] as? String == "session_expired"
            }
            #expect(message?["type"] as? String == "session_expired")
            #expect(message?["samples"] as? Int == samples)
        }
    }

    @Test func `are not made again when they were deleted, or nobody had spoken`() async throws {
        let run = try EarlierRun()
        var record = self.record
        record.conversations = [
            journaled("kept", shift: .zero), journaled("deleted", shift: .zero, begins: .seconds(2)),
            journaled("empty", shift: nil, begins: .seconds(3)),
        ]
        _ = run.session(record, seconds: 3, committed: 3)
        let earlier = try store(run.directory)
        _ = try await earlier.begin(conversation("deleted", .inProgress, ago: 600, said: ["said2"]))
        _ = try await earlier.join(SessionPart(session: session, conversation: ID("deleted"), begins: .seconds(2), shift: .zero), of: .local)
        #expect(try await earlier.delete(ID<Conversation>("deleted"), of: .local))
        try await TestGateway.with(engine, keys: TestKeys(valid: []), directory: run.directory) { gateway in
            let store = try store(gateway.directory)
            try await until { try await store.conversation(ID("kept"), of: .local)?.status == .completed }
            let kept = try #require(try await store.conversation(ID("kept"), of: .local)).segments.map(\.text)
            #expect(kept.joined(separator: " ") == "said0 said1")
            for id in ["deleted", "empty"] { #expect(try await store.conversation(ID(id), of: .local) == nil) }
        }
    }

    @Test func `have the words of a transcript that was complete before them`() async throws {
        let run = try EarlierRun()
        _ = run.session(record, seconds: 3, committed: 3)
        let earlier = try store(run.directory)
        _ = try await earlier.begin(conversation("c1", .inProgress, ago: 600, said: ["said0"]))
        _ = try await earlier.join(SessionPart(session: session, conversation: ID("c1"), begins: .zero, shift: .zero), of: .local)
        var transcript = SessionTranscript(rate: .speech, channels: 1, received: SampleCount(48_000))
        for second in 0..<3 {
            let range = SampleRange(SampleIndex(second * 16_000), count: SampleCount(16_000))
            let word = Word("said\(second)", SampleRange(range.start, count: SampleCount(8_000)), confidence: 0.5)
            transcript.add(Commit(channel: .first, range: range, words: [word], reason: .pause, engine: EngineName("scripted")), turn: 0)
        }
        let blobs = Blobs(in: try DataDirectory(creating: run.directory)).transcripts
        let transcripts = TranscriptFolder(in: blobs, limits: TranscriptLimits(), log: Log(level: .error, write: { _ in }))
        #expect(await transcripts.keep(StoredTranscript(record: record, transcript: transcript, status: .complete)))
        try await TestGateway.with(engine, keys: TestKeys(valid: []), directory: run.directory) { gateway in
            let store = try store(gateway.directory)
            try await until { try await store.conversation(ID("c1"), of: .local)?.status == .completed }
            let found = try #require(try await store.conversation(ID("c1"), of: .local))
            #expect(found.segments.flatMap(\.words).map(\.text) == ["said0", "said1", "said2"])
        }
    }

    @Test func `hide what their session hid in words that are recognized again`() async throws {
        let run = try EarlierRun()
        var record = self.record
        record.redaction = .cards
        _ = run.session(record, seconds: 5, committed: 3)
        let earlier = try store(run.directory)
        _ = try await earlier.begin(conversation("c1", .inProgress, ago: 600, said: ["said0", "said1"]))
        _ = try await earlier.join(SessionPart(session: session, conversation: ID("c1"), begins: .zero, shift: .zero), of: .local)
        let words = (0..<20).map {
            Word($0 == 0 ? "card" : "4242", SampleRange(SampleIndex($0 * 8_000), count: SampleCount(8_000)), confidence: 0.75)
        }
        let length = SampleCount(20 * 8_000)
        let channel = Transcript.Channel(words: words, segments: [.init(range: SampleRange(.zero, count: length), words: 0..<20)])
        let engine = ScriptedEngine(
            transcript: .success(Transcript(rate: .speech, length: length, language: LanguageTag("en"), model: "scripted-1", channels: [channel])))
        try await TestGateway.with(engine, keys: TestKeys(valid: []), directory: run.directory) { gateway in
            let store = try store(gateway.directory)
            try await until { try await store.conversation(ID("c1"), of: .local)?.status == .completed }
            let found = try #require(try await store.conversation(ID("c1"), of: .local)).segments.flatMap(\.words).map(\.text)
            #expect(found.contains("####") && !found.contains("4242"), "\(found)")
            let answer = try await gateway.send(.get, "/api/v1/sessions/\(session.rawValue)").text
            #expect(!answer.contains("4242"))
        }
    }

    @Test func `hide the end of a number whose beginning is in the words before, and is not heard again`() async throws {
        let run = try EarlierRun(), secret = "42424242"
        var record = self.record
        record.redaction = .cards
        record.engines = [.local]
        // The word of the ninth second was hidden, and its audio says nothing now.
        let texts = ["so", "that", "is", "it", "and", "now", "then", "okay", "", secret, "thanks", "then"]
        _ = run.session(
            record, seconds: texts.count, committed: 9, audio: NumberedSecondsEngine.pcm, word: { $0 == 8 ? "[card_number]" : "said\($0)" })
        let earlier = try store(run.directory)
        _ = try await earlier.begin(conversation("c1", .inProgress, ago: 600, said: ["said0", "said1"]))
        _ = try await earlier.join(SessionPart(session: session, conversation: ID("c1"), begins: .zero, shift: .zero), of: .local)
        try await TestGateway.with(
            ScriptedEngine(), keys: TestKeys(valid: []), directory: run.directory, recorded: [NumberedSecondsEngine(texts)],
            change: { $0.engines = [.local] }
        ) { gateway in
            let store = try store(gateway.directory)
            try await until { try await store.conversation(ID("c1"), of: .local)?.status == .completed }
            let found = try #require(try await store.conversation(ID("c1"), of: .local)).segments.flatMap(\.words).map(\.text)
            let place = try #require(found.firstIndex(of: "########"), "\(found)")
            #expect(found[..<place].last == "[card_number]" && found[(place + 1)...].first == "thanks", "\(found)")
        }
    }

    @Test func `hide, in every file, the end of a number whose beginning was committed before the kill`() async throws {
        let run = try EarlierRun(), secret = "42424242"
        var record = self.record
        record.redaction = .cards
        record.engines = [.local]
        let texts = ["my", "card", "is", "", secret, "", "", "", "", "", secret, "", "thanks", "then"]
        // Nine seconds are committed; the second half of the number is in the rest, and is not a card's number by itself.
        _ = run.session(record, seconds: texts.count, committed: 9, audio: NumberedSecondsEngine.pcm)
        let earlier = try store(run.directory)
        _ = try await earlier.begin(conversation("c1", .inProgress, ago: 600, said: ["said0", "said1"]))
        _ = try await earlier.join(SessionPart(session: session, conversation: ID("c1"), begins: .zero, shift: .zero), of: .local)
        try await TestGateway.with(
            ScriptedEngine(), keys: TestKeys(valid: []), directory: run.directory, recorded: [NumberedSecondsEngine(texts)],
            change: { $0.engines = [.local] }
        ) { gateway in
            let store = try store(gateway.directory)
            try await until { try await store.conversation(ID("c1"), of: .local)?.status == .completed }
            let found = try #require(try await store.conversation(ID("c1"), of: .local)).segments.flatMap(\.words).map(\.text)
            #expect(found.contains("said8") && found.contains("########") && found.contains("thanks"), "\(found)")
            let names = try #require(FileManager.default.enumerator(atPath: gateway.directory)).compactMap { $0 as? String }
            let leaks = names.filter { FileManager.default.contents(atPath: gateway.directory + "/" + $0)?.has(Array(secret.utf8)) == true }
            #expect(names.contains("harken.db") && leaks.isEmpty, "\(leaks)")
        }
    }

    @Test func `begin with what was said before the first word that was stored`() async throws {
        let run = try EarlierRun()
        let started = now + .seconds(-600)
        // Three words were committed, of which the store got the last one only.
        _ = run.session(record, seconds: 3, committed: 3)
        let earlier = try store(run.directory)
        var stored = conversation("c1", .inProgress, ago: 598, said: ["said2"])
        stored.started = started + .seconds(2)
        _ = try await earlier.begin(stored)
        _ = try await earlier.join(SessionPart(session: session, conversation: ID("c1"), begins: .zero, shift: .seconds(-2)), of: .local)
        try await TestGateway.with(engine, keys: TestKeys(valid: []), directory: run.directory) { gateway in
            let store = try store(gateway.directory)
            try await until { try await store.conversation(ID("c1"), of: .local)?.status == .completed }
            let found = try #require(try await store.conversation(ID("c1"), of: .local))
            #expect(found.started == started)
            #expect(found.segments.flatMap(\.words).map(\.text) == ["said0", "said1", "said2"])
            #expect(found.segments.flatMap(\.words).map(\.start) == [.zero, .seconds(1), .seconds(2)])
        }
    }

    @Test func `get words that wait for their end from the journal when the gateway ends before`() async throws {
        let run = try EarlierRun()
        defer { run.remove() }
        let started = now + .seconds(-600), lines = SharedLog()
        // The store got the third word only, and two seconds are recognized again: words come before the first one while the conversation is held.
        _ = run.session(record, seconds: 5, committed: 3)
        let earlier = try store(run.directory)
        _ = try await earlier.begin(conversation("c1", .inProgress, ago: 598, timeout: .seconds(14_400), said: ["said2"]))
        _ = try await earlier.join(SessionPart(session: session, conversation: ID("c1"), begins: .zero, shift: .seconds(-2)), of: .local)
        try await TestGateway.with(
            engine, keys: TestKeys(valid: []), directory: run.directory, keepsDirectory: true, log: Log(level: .info, write: { lines.append($0) })
        ) { _ in
            try await until { lines.entries.contains { $0.contains("wait until no session speaks in their conversation") } }
        }
        #expect(run.files.keys.contains("0-0.journal"))
        let waiting = try await earlier.conversation(ID("c1"), of: .local)
        #expect(waiting?.segments.map(\.text) == ["said2"])
        try await TestGateway.with(engine, keys: TestKeys(valid: []), directory: run.directory, keepsDirectory: true) { gateway in
            let store = try store(gateway.directory)
            let found = try await untilSome {
                let there = try await store.conversation(ID("c1"), of: .local)
                return there?.started == started ? there : nil
            }
            let words = found.segments.flatMap(\.words).map(\.text)
            #expect(words.prefix(3) == ["said0", "said1", "said2"] && words.contains { $0.hasPrefix("heard") }, "\(words)")
        }
    }

    @Test func `have nothing that was deleted, and neither has their session`() async throws {
        let run = try EarlierRun()
        _ = run.session(record, seconds: 5, committed: 3)
        let earlier = try store(run.directory)
        _ = try await earlier.begin(conversation("c1", .inProgress, ago: 600, said: ["said0"]))
        _ = try await earlier.begin(conversation("c2", .inProgress, ago: 598, said: ["said2"]))
        _ = try await earlier.join(SessionPart(session: session, conversation: ID("c1"), begins: .zero, shift: .zero), of: .local)
        _ = try await earlier.join(SessionPart(session: session, conversation: ID("c2"), begins: .seconds(2), shift: .seconds(-2)), of: .local)
        #expect(try await earlier.delete(ID<Conversation>("c1"), of: .local))
        try await TestGateway.with(engine, keys: TestKeys(valid: []), directory: run.directory) { gateway in
            let store = try store(gateway.directory)
            try await until { try await store.conversation(ID("c2"), of: .local)?.status == .completed }
            let found = try #require(try await store.conversation(ID("c2"), of: .local)), words = found.segments.flatMap(\.words)
            #expect(words.first?.text == "said2" && words.contains { $0.text.hasPrefix("heard") })
            let answer = try await gateway.send(.get, "/api/v1/sessions/\(session.rawValue)").text
            #expect(!answer.contains("said0") && !answer.contains("said1") && answer.contains("said2"))
        }
    }

    @Test func `with nothing stored yet begin where the session's first word was said`() async throws {
        let run = try EarlierRun()
        let started = now + .seconds(-600)
        _ = run.session(record, seconds: 5, committed: 3)
        let earlier = try store(run.directory)
        _ = try await earlier.begin(conversation("c1", .inProgress, ago: 601, said: []))
        _ = try await earlier.join(SessionPart(session: session, conversation: ID("c1"), begins: .zero), of: .local)
        try await TestGateway.with(engine, keys: TestKeys(valid: []), directory: run.directory) { gateway in
            let store = try store(gateway.directory)
            try await until { try await store.conversation(ID("c1"), of: .local)?.status == .completed }
            let found = try #require(try await store.conversation(ID("c1"), of: .local))
            #expect(found.started == started && found.segments.first?.start == .zero)
            #expect((5...6).contains(found.segments.flatMap(\.words).count))
        }
    }

    /// Records of earlier versions have no time of recording.
    @Test(arguments: [(86_400, true), (720, true), (601, true), (86_400, false)])
    func `of a recording that was sent later begin when it was recorded`(ago: Int, isRecorded: Bool) async throws {
        let run = try EarlierRun()
        // The session began 600 seconds ago, and its gateway was killed before it had stored a word.
        var record = self.record
        let recorded = now + .seconds(-ago)
        if isRecorded { record.recorded = recorded }
        _ = run.session(record, seconds: 5, committed: 3)
        let earlier = try store(run.directory)
        _ = try await earlier.begin(conversation("c1", .inProgress, ago: ago, timeout: .seconds(7_200), said: []))
        _ = try await earlier.join(SessionPart(session: session, conversation: ID("c1"), begins: .zero), of: .local)
        try await TestGateway.with(engine, keys: TestKeys(valid: []), directory: run.directory) { gateway in
            let store = try store(gateway.directory)
            try await until { try await store.conversation(ID("c1"), of: .local)?.segments.isEmpty == false }
            let found = try #require(try await store.conversation(ID("c1"), of: .local))
            #expect(found.started == recorded && found.segments.first?.start == .zero)
        }
    }

    @Test func `are over when their own silence is, and none stays unfinished`() async throws {
        let run = try EarlierRun()
        let earlier = try store(run.directory)
        for made in [
            conversation("over", .inProgress, ago: 300), conversation("processing", .processing, ago: 300),
            conversation("empty", .inProgress, ago: 300, said: []), conversation("patient", .inProgress, ago: 300, timeout: .seconds(14_400)),
            conversation("impatient", .inProgress, ago: 300, timeout: .seconds(200)), conversation("fresh", .inProgress, ago: 10),
        ] { _ = try await earlier.begin(made) }
        try await TestGateway.with(engine, keys: TestKeys(valid: []), directory: run.directory) { gateway in
            let store = try store(gateway.directory)
            for id in ["over", "processing", "impatient"] {
                try await until { try await store.conversation(ID(id), of: .local)?.status == .completed }
            }
            try await until { try await store.conversation(ID("empty"), of: .local) == nil }
            for id in ["patient", "fresh"] { #expect(try await store.conversation(ID(id), of: .local)?.status == .inProgress) }
        }
    }

    @Test(arguments: [nil, 7_200]) func `have the time of their recording in their session's record`(ago: Int?) async throws {
        try await TestGateway.with(ScriptedEngine(), keys: TestKeys(valid: [])) { gateway in
            let recorded = ago.map { now + .seconds(-$0) }
            let socket = try await gateway.connect(path + (recorded.map { "&started_at=\($0.milliseconds / 1_000)" } ?? ""))
            speak(2, to: socket)
            #expect(await socket.next { $0.contains("w2") } != nil)
            socket.close()
            let blobs = Blobs(in: try DataDirectory(creating: gateway.directory)).transcripts
            let transcripts = TranscriptFolder(in: blobs, limits: TranscriptLimits(), log: Log(level: .error, write: { _ in }))
            var found: StoredTranscript?
            try await until {
                guard let id = try await transcripts.sessions(of: .local).first else { return false }
                found = try await transcripts.stored(id)
                return found != nil
            }
            // The client told whole seconds.
            #expect(found?.record.recorded.map { $0.milliseconds / 1_000 } == recorded.map { $0.milliseconds / 1_000 })
            #expect(found?.record.started != nil)
        }
    }

    // MARK: - Completion that fails

    private let path = "/v4/listen?language=en&sample_rate=16000&codec=pcm16&vad_gate=disabled"

    private func speak(_ seconds: Int, to socket: TestSocket) {
        for _ in 0..<10 * seconds { socket.send(binary: (0..<1_600).flatMap { _ in [UInt8(0x40), UInt8(0x1F)] }) }
    }

    /// Nothing can be completed from here on.
    private func breakCompletion(_ gateway: TestGateway) async throws -> SQLiteDatabase {
        let database = try SQLiteDatabase(in: DataDirectory(creating: gateway.directory))
        try await database.write { (connection) throws(StoreError) in
            try connection.run(
                """
                CREATE TRIGGER broken BEFORE UPDATE OF status ON conversations WHEN NEW.status = 'completed'
                BEGIN SELECT RAISE(ABORT, 'broken'); END
                """)
        }
        return database
    }

    /// A conversation that its client has ended.
    private func talk(_ gateway: TestGateway) async throws -> ID<Conversation> {
        let socket = try await gateway.connect(path + "&source=desktop")
        speak(2, to: socket)
        #expect(await socket.next { $0.contains("w2") } != nil)
        let store = try store(gateway.directory)
        var found: Conversation?
        try await until {
            found = try await store.inProgress(of: .local, source: "desktop", device: nil)
            return found?.segments.isEmpty == false
        }
        socket.close()
        return try #require(found).id
    }

    @Test func `that cannot be completed have failed in the end, and live sessions go on`() async throws {
        try await TestGateway.with(
            ScriptedEngine(), keys: TestKeys(valid: []), change: { $0.completionWaits = [.milliseconds(10), .milliseconds(10)] }
        ) { gateway in
            _ = try await breakCompletion(gateway)
            let live = try await gateway.connect(path)
            speak(1, to: live)
            #expect(await live.next { $0.contains("w1") } != nil)
            let id = try await talk(gateway)
            let store = try store(gateway.directory)
            try await until { try await store.conversation(id, of: .local)?.status == .failed }
            #expect(try await store.conversation(id, of: .local)?.segments.isEmpty == false)
            speak(3, to: live)
            #expect(await live.next { $0.contains("w2") } != nil)
            live.close()
        }
    }

    @Test func `that cannot be completed at once are tried again`() async throws {
        try await TestGateway.with(
            ScriptedEngine(), keys: TestKeys(valid: []), change: { $0.completionWaits = Array(repeating: .milliseconds(100), count: 600) }
        ) { gateway in
            let database = try await breakCompletion(gateway)
            let id = try await talk(gateway)
            let store = try store(gateway.directory)
            try await until { try await store.conversation(id, of: .local)?.status == .processing }
            try await database.write { (connection) throws(StoreError) in try connection.run("DROP TRIGGER broken") }
            try await until { try await store.conversation(id, of: .local)?.status == .completed }
        }
    }
}

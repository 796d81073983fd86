import Continuity
import Conversations
import Foundation
import Framing
import Gateway
import HarkenTesting
import Journal
@testable import Observability
import Protocols
import Speech
import Store
import Testing

/// What becomes of a session over /listen whose gateway was killed while somebody spoke, and whose client may come back.
@Suite(.hangLimit) struct `A session that a kill has cut` {
    private static let path =
        "/v4/listen?language=en&sample_rate=16000&codec=pcm16&vad_gate=disabled&ack=true&source=omi&device_id=pendant"
    /// 100 ms.
    private static let tenth = (0..<1_600).flatMap { _ in [UInt8(64), UInt8(31)] }

    private let session = ID<Session>("0f6c2d1e-0000-4000-8000-000000000001")

    /// The session, which speaks in a conversation.
    private func record(began ago: Int = 5) -> SessionRecord {
        let started = TestGateway.time + .seconds(-ago)
        var record = SessionRecord(
            id: session, started: started, dialect: "listen", language: LanguageTag("en"), engines: [EngineName("scripted")])
        record.conversations = [
            ConversationRecord(
                id: "c1", source: "omi", device: "pendant", call: nil, created: started, timeout: .seconds(120), begins: .zero, shift: .zero)
        ]
        record.mayReturn = true
        return record
    }

    private var engine: ScriptedEngine { .hearingSeconds() }

    private func transcripts(of run: EarlierRun) throws -> TranscriptFolder {
        let blobs = Blobs(in: try DataDirectory(creating: run.directory)).transcripts
        return TranscriptFolder(in: blobs, limits: TranscriptLimits(), log: Log(level: .error, write: { _ in }))
    }

    /// The session's transcript, when it is complete: its length in samples, and its words.
    private func completed(_ run: EarlierRun) async throws -> (received: Int64, words: [String]) {
        let folder = try transcripts(of: run)
        let stored = try await untilSome {
            let stored = try await folder.stored(session)
            return stored?.status == .complete ? stored : nil
        }
        return (stored.transcript.received.samples, stored.transcript.pieces.joined().flatMap(\.commit.words).map(\.text))
    }

    /// Resumes the session at a sample.
    ///
    /// - Returns: the sample from which the gateway lets the client go on.
    private func comeBack(to gateway: TestGateway, at sample: Int, keptFrom kept: Int?) async throws -> Int? {
        let query = "&session_id=\(session.rawValue)&resume_from=\(sample)" + (kept.map { "&kept_from=\($0)" } ?? "")
        let socket = try await gateway.connect(Self.path + query)
        let message = try #require(await socket.next { $0.contains("session_expired") })
        #expect(await socket.rest() == [.closed(4404, "session_expired")])
        let members = try JSONSerialization.jsonObject(with: Data(message.utf8)) as? [String: Any]
        return members?["samples"] as? Int
    }

    /// Waits until the gateway keeps nothing of the session for a new one.
    ///
    /// - Returns: the length of the session in samples.
    private func settled(_ run: EarlierRun, _ look: () -> Void = {}) async throws -> Int64 {
        let folder = try transcripts(of: run)
        return try await untilSome {
            look()
            let stored = try await folder.stored(session)
            return stored?.status == .complete && stored?.rest == nil ? stored?.transcript.received.samples : nil
        }
    }

    /// The session's transcript as a gateway leaves it that was killed when it had told the client to go on at 2.5 s.
    ///
    /// - Parameter successor: the session in which the client went on.
    private func transcript(continuedIn successor: ID<Session>?) -> StoredTranscript {
        var transcript = SessionTranscript(rate: .speech, channels: 1, received: SampleCount(40_000))
        for second in 0..<2 {
            let range = SampleRange(SampleIndex(second * 16_000), count: SampleCount(16_000))
            let word = Word("said\(second)", SampleRange(range.start, count: SampleCount(8_000)), confidence: 0.5)
            transcript.add(Commit(channel: .first, range: range, words: [word], reason: .pause, engine: EngineName("scripted")), turn: 0)
        }
        var stored = StoredTranscript(record: record(), transcript: transcript, status: .recovering)
        stored.rest = StoredTranscript.Rest(end: SampleIndex(80_000), successor: successor)
        return stored
    }

    private func untilConversation(of gateway: TestGateway, says words: [String]) async throws {
        let store = try gateway.store()
        var said: [String] = []
        try await until {
            said = try await store.conversation(ID("c1"), of: .local)?.segments.flatMap(\.words).map(\.text) ?? []
            return said == words
        }
    }

    @Test func `goes on in a new one where its final words end, and has each word once`() async throws {
        let run = try EarlierRun()
        _ = run.session(record(), seconds: 5, committed: 3)
        try await TestGateway.with(engine, keys: TestKeys(valid: []), directory: run.directory) { gateway in
            #expect(try await comeBack(to: gateway, at: 80_000, keptFrom: 16_000) == 48_000)
            let (received, words) = try await completed(run)
            #expect(received == 48_000)
            #expect(words == ["said0", "said1", "said2"])
            try await untilConversation(of: gateway, says: words)
            let socket = try await gateway.connect(Self.path + "&continues=\(session.rawValue)")
            for _ in 0..<20 { socket.send(binary: Self.tenth) }
            try await untilConversation(of: gateway, says: words + ["w1", "w2"])
            socket.close()
        }
    }

    @Test func `hides the end of a number whose beginning was hidden before the kill`() async throws {
        let run = try EarlierRun(), secret = "42424242"
        var record = self.record()
        record.redaction = .cards
        _ = run.session(record, seconds: 5, committed: 3, word: { $0 == 2 ? "[card_number]" : "said\($0)" })
        // By itself, and with other words behind it, the second half is no card's number.
        let engine = ScriptedEngine(sentence: 2, word: { $0 == 1 ? secret : "w\($0)" })
        try await TestGateway.with(
            engine, keys: TestKeys(valid: []), settings: ["HARKEN_REDACT": "pci"], directory: run.directory
        ) { gateway in
            #expect(try await comeBack(to: gateway, at: 80_000, keptFrom: 16_000) == 48_000)
            let socket = try await gateway.connect(Self.path + "&continues=\(session.rawValue)")
            for _ in 0..<20 { socket.send(binary: Self.tenth) }
            var sent: [String] = []
            _ = await socket.next { message in
                sent.append(message)
                return message.contains("w2")
            }
            try await untilConversation(of: gateway, says: ["said0", "said1", "[card_number]", "[card_number]", "w2"])
            socket.close()
            sent += await socket.rest().compactMap { if case .text(let text) = $0 { text } else { nil } }
            #expect(sent.contains { $0.contains("w2") } && !sent.contains { $0.contains(secret) }, "\(sent)")
            try await gateway.sessionsEnd()
            let names = try #require(FileManager.default.enumerator(atPath: gateway.directory)).compactMap { $0 as? String }
            let leaks = names.filter { FileManager.default.contents(atPath: gateway.directory + "/" + $0)?.has(Array(secret.utf8)) == true }
            #expect(names.contains("harken.db") && names.contains { $0.hasPrefix("transcripts/") } && leaks.isEmpty, "\(leaks)")
        }
    }

    @Test(arguments: [true, false])
    func `hides the end of a number for a client of words that says what it goes on behind`(acknowledges: Bool) async throws {
        let run = try EarlierRun(), secret = "42424242"
        var record = self.record()
        record.redaction = .cards
        record.conversations = []
        record.mayReturn = false
        _ = run.session(record, seconds: 5, committed: 3, word: { $0 == 2 ? "[card_number]" : "said\($0)" })
        let engine = ScriptedEngine(sentence: 2, word: { $0 == 1 ? secret : "w\($0)" })
        try await TestGateway.with(
            engine, keys: TestKeys(valid: []), settings: ["HARKEN_REDACT": "pci"], directory: run.directory
        ) { gateway in
            let path = "/v4/listen?words=true&language=en&sample_rate=16000&codec=pcm16&ack=\(acknowledges)&continues=\(session.rawValue)"
            let socket = try await gateway.connect(path)
            for _ in 0..<20 { socket.send(binary: Self.tenth) }
            var sent: [String] = []
            let final = await socket.next { message in
                sent.append(message)
                return message.contains("w2") && !message.contains("interim")
            }
            // Without `ack`, the option is named as ignored.
            #expect(try #require(final).contains(acknowledges ? "[card_number]" : secret), "\(sent)")
            #expect(sent.contains { $0.contains(secret) } == !acknowledges, "\(sent)")
            socket.close()
        }
    }

    @Test func `goes on at a pause where its client has too little audio`() async throws {
        let run = try EarlierRun()
        // Somebody speaks without a pause, but for the time from 4.4 to 4.6 s.
        _ = run.session(record(), seconds: 5, committed: 3) { second in
            let pause = second == 4 ? 6_400..<9_600 : 0..<0
            return (0..<16_000).flatMap { [0, pause.contains($0) ? 0 : 0x20] as [UInt8] }
        }
        try await TestGateway.with(engine, keys: TestKeys(valid: []), directory: run.directory) { gateway in
            #expect(try await comeBack(to: gateway, at: 80_000, keptFrom: 56_000) == 70_800)
            let (received, words) = try await completed(run)
            #expect(received == 70_800)
            #expect(words.filter { $0.hasPrefix("said") } == ["said0", "said1", "said2"])
            // The words of the recording begin at 1.75 s: it has 1.5 s before the gap.
            #expect(words.contains("heard2") && !words.contains("heard3"), "\(words)")
        }
    }

    @Test(arguments: [nil, 80_000, 96_000]) func `is heard to its end where its client has nothing of it`(kept: Int?) async throws {
        let run = try EarlierRun()
        _ = run.session(record(), seconds: 5, committed: 3)
        try await TestGateway.with(engine, keys: TestKeys(valid: []), directory: run.directory) { gateway in
            #expect(try await comeBack(to: gateway, at: max(80_000, kept ?? 0), keptFrom: kept) == 80_000)
            let (received, words) = try await completed(run)
            #expect(received == 80_000)
            #expect(words.contains { $0.hasPrefix("heard") }, "\(words)")
        }
    }

    @Test func `goes on at the same place when its client has not got the answer`() async throws {
        let run = try EarlierRun()
        _ = run.session(record(), seconds: 5, committed: 3)
        try await TestGateway.with(engine, keys: TestKeys(valid: []), directory: run.directory) { gateway in
            for kept in [16_000, 16_000, 40_000] {
                let place = try await comeBack(to: gateway, at: 80_000, keptFrom: kept)
                #expect(place == 48_000)
            }
            let received = try await completed(run).received, place = try await comeBack(to: gateway, at: 80_000, keptFrom: 16_000)
            #expect(received == 48_000 && place == 48_000)
        }
    }

    @Test func `goes on at the same place when the gateway was killed behind the answer`() async throws {
        let run = try EarlierRun()
        _ = run.session(record(), seconds: 5, committed: 2)
        // The client had no audio from before.
        #expect(try await transcripts(of: run).keep(transcript(continuedIn: nil)))
        try await TestGateway.with(engine, keys: TestKeys(valid: []), directory: run.directory) { gateway in
            let place = try await comeBack(to: gateway, at: 80_000, keptFrom: 40_000), received = try await completed(run).received
            #expect(place == 40_000 && received == 40_000)
        }
    }

    @Test func `is cut for good when the new session has the audio behind the cut`() async throws {
        let run = try EarlierRun(), clock = HeldClock()
        _ = run.session(record(), seconds: 5, committed: 3)
        try await TestGateway.with(engine, keys: TestKeys(valid: []), directory: run.directory, clock: clock) { gateway in
            #expect(try await comeBack(to: gateway, at: 80_000, keptFrom: 16_000) == 48_000)
            let folder = try transcripts(of: run)
            let cut = try await folder.stored(session)
            #expect(cut?.rest?.end == SampleIndex(80_000))
            let socket = try await gateway.connect(Self.path + "&continues=\(session.rawValue)")
            for _ in 0..<20 { socket.send(binary: Self.tenth) }
            let received = try await settled(run) { clock.advance(by: .milliseconds(500)) }
            #expect(received == 48_000)
            socket.close()
        }
    }

    @Test func `is heard to its end when its client has got the answer, and has not gone on`() async throws {
        let run = try EarlierRun(), clock = HeldClock()
        _ = run.session(record(), seconds: 5, committed: 3)
        try await TestGateway.with(engine, keys: TestKeys(valid: []), directory: run.directory, clock: clock) { gateway in
            #expect(try await comeBack(to: gateway, at: 80_000, keptFrom: 16_000) == 48_000)
            let cut = try await completed(run)
            #expect(cut.received == 48_000)
            let received = try await settled(run) { clock.advance(by: ListenServer.resumeWindow) }
            #expect(received == 80_000)
            let (_, words) = try await completed(run), place = try await comeBack(to: gateway, at: 80_000, keptFrom: 16_000)
            #expect(words.contains { $0.hasPrefix("heard") }, "\(words)")
            #expect(place == 80_000)
        }
    }

    @Test func `is heard to its end when its client has lost the audio since the answer`() async throws {
        let run = try EarlierRun()
        _ = run.session(record(), seconds: 5, committed: 3)
        try await TestGateway.with(engine, keys: TestKeys(valid: []), directory: run.directory) { gateway in
            #expect(try await comeBack(to: gateway, at: 80_000, keptFrom: 16_000) == 48_000)
            #expect(try await comeBack(to: gateway, at: 80_000, keptFrom: 64_000) == 80_000)
            let received = try await settled(run)
            #expect(received == 80_000)
        }
    }

    @Test func `is heard to its end when the gateway was killed behind an answer in vain`() async throws {
        let run = try EarlierRun(), clock = HeldClock()
        _ = run.session(record(), seconds: 5, committed: 2)
        #expect(try await transcripts(of: run).keep(transcript(continuedIn: nil)))
        try await TestGateway.with(engine, keys: TestKeys(valid: []), directory: run.directory, clock: clock) { _ in
            let received = try await settled(run) { clock.advance(by: ListenServer.resumeWindow) }
            #expect(received == 80_000)
        }
    }

    @Test(arguments: [(3, 40_000), (1, 80_000)] as [(Int, Int64)])
    func `is cut where the new session, which was killed too, had all of the audio`(seconds: Int, received: Int64) async throws {
        let run = try EarlierRun(), clock = HeldClock(), next = ID<Session>("0f6c2d1e-0000-4000-8000-000000000002")
        _ = run.session(record(), seconds: 5, committed: 2)
        _ = run.session(
            SessionRecord(
                id: next, started: TestGateway.time + .seconds(-3), dialect: "listen", language: LanguageTag("en"), engines: [EngineName("scripted")]),
            seconds: seconds, committed: 0)
        #expect(try await transcripts(of: run).keep(transcript(continuedIn: next)))
        try await TestGateway.with(engine, keys: TestKeys(valid: []), directory: run.directory, clock: clock) { _ in
            let found = try await settled(run) { clock.advance(by: ListenServer.resumeWindow) }
            #expect(found == received)
        }
    }

    @Test func `is heard to its end when its client has not come in time`() async throws {
        let run = try EarlierRun(), clock = HeldClock(), engine = engine
        _ = run.session(record(), seconds: 5, committed: 3)
        try await TestGateway.with(engine, keys: TestKeys(valid: []), directory: run.directory, clock: clock) { _ in
            let folder = try transcripts(of: run)
            try await until { try await folder.stored(session)?.status == .recovering }
            #expect(engine.takeLanguages().isEmpty, "it waits")
            try await until {
                clock.advance(by: ListenServer.resumeWindow)
                return try await folder.stored(session)?.status == .complete
            }
            let (received, words) = try await completed(run)
            #expect(received == 80_000)
            #expect(words.contains { $0.hasPrefix("heard") }, "\(words)")
        }
    }

    @Test func `does not wait for a client that is away for too long`() async throws {
        let run = try EarlierRun()
        _ = run.session(record(began: 600), seconds: 5, committed: 3)
        try await TestGateway.with(engine, keys: TestKeys(valid: []), directory: run.directory, clock: HeldClock()) { gateway in
            let received = try await completed(run).received, place = try await comeBack(to: gateway, at: 80_000, keptFrom: 16_000)
            #expect(received == 80_000 && place == 80_000)
        }
    }
}

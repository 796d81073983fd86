import Continuity
import Foundation
import Framing
import Gateway
import HarkenTesting
@testable import Journal
@testable import Observability
import Speech
import Store
import Synchronization
import Testing

@Suite(.hangLimit) struct `After a crash` {
    private let id = "0f6c2d1e-0000-4000-8000-000000000001"

    private func record(_ id: String, engines: [String] = ["scripted"], user: String? = nil) -> SessionRecord {
        SessionRecord(
            id: ID(id), started: TestGateway.time, dialect: "deepgram",
            language: LanguageTag("en"), engines: engines.map { EngineName($0) }, owner: user.map { .init(user: $0, key: "key") })
    }

    /// An engine that hears a word of one speaker in the middle of every second of a recording.
    private func engine(_ name: EngineName = EngineName("scripted"), seconds: Int = 20) -> ScriptedEngine {
        .hearingSeconds(seconds, name: name, speaker: SpeakerLabel(1))
    }

    private func with(
        _ run: EarlierRun, _ engine: ScriptedEngine, keys: [String] = [], keepsDirectory: Bool = false, log: Log = Log(level: .error),
        _ body: (TestGateway) async throws -> Void
    ) async throws {
        try await TestGateway.with(
            engine, keys: TestKeys(valid: keys, users: ["k2": "other"]), directory: run.directory, keepsDirectory: keepsDirectory, log: log, body)
    }

    /// Asks for the transcript until it says one of these.
    private func transcript(_ id: String, of gateway: TestGateway, saying words: String..., key: String? = nil) async throws -> String {
        let headers: HTTPHeaders = key.map { ["Authorization": "Bearer " + $0] } ?? [:]
        return try await untilSome {
            let text = try await gateway.send(.get, "/api/v1/sessions/" + id, headers: headers).text
            return words.contains { text.contains($0) } ? text : nil
        }
    }

    @Test func `what was committed stands, and the rest is recognised from the journal`() async throws {
        let run = try EarlierRun()
        _ = run.session(record(id), seconds: 5, committed: 3)
        try await with(run, engine()) { gateway in
            let text = try await transcript(id, of: gateway, saying: #""status":"complete""#)
            #expect(text.contains(#""duration":5.0,"#) && text.contains(#""gaps":[]"#) && text.contains(#""recovered":true"#))
            for turn in [#""turn":0,"start":0.0,"end":1.5,"text":"said0 said1""#, #""turn":1,"start":2.0,"end":2.5,"text":"said2""#] {
                #expect(text.contains(turn), "\(text)")
            }
            // Audio from 1.5 s on is recognised, for the sake of the edge: its words 3 and 4 of the session are its 2nd and 3rd, at 3.25 and 4.25 s less.
            #expect(
                text.contains(#""recovered":true,"words":[{"text":"heard1","start":3.0,"#) || text.contains(#""text":"heard2","start":3.75,"#),
                "\(text)")
            #expect(!text.contains(#""speaker":1"#), "a label of another recording says nothing")
            #expect(try await gateway.send(.get, "/api/v1/sessions/0f6c2d1e-0000-4000-8000-000000000002").status == 404)
            for path in ["..%2f..%2fsecret", "../../secret", "a%00b", "", "A"] {
                #expect(try await gateway.send(.get, "/api/v1/sessions/" + path).status >= 400)
            }
        }
    }

    @Test func `keeps what was committed when the journal lost its audio, and reports gaps`() async throws {
        let run = try EarlierRun(limits: JournalLimits(segmentBytes: 100_000, logBytes: 400_000))
        _ = run.session(record(id), seconds: 30, committed: 12)
        run.log.finish()
        #expect(run.files.keys.contains("0-0.words") && !run.files.keys.contains("0-0.journal"))
        try await with(run, engine()) { gateway in
            let text = try await transcript(id, of: gateway, saying: #""status":"incomplete""#)
            #expect(text.contains(#""duration":30.0,"#))
            for second in 0..<12 { #expect(text.contains("said\(second)"), "\(text)") }
            #expect(text.contains(#""gaps":[{"channel":0,"start":12.0,"end":2"#) && text.contains(#""cause":"audio_lost"}]"#), "\(text)")
            #expect(text.contains(#""text":"heard"#), "what is left of the audio is recognised: \(text)")
        }
    }

    @Test func `what was committed stands when there was no room for its audio`() async throws {
        let run = try EarlierRun()
        var cursor = run.log.cursor(rate: .speech, channels: 1)
        run.log.open(record(id), cursor: &cursor)
        let range = SampleRange(.zero, count: SampleCount(16_000))
        let commit = Commit(
            channel: .first, range: range, words: [Word("said", SampleRange(.zero, count: SampleCount(8_000)), confidence: 0.5)], reason: .pause,
            engine: EngineName("scripted"))
        run.log.append(commit: CommitRecord.encode(commit, turn: 0), at: range.start, cursor: &cursor)
        try await with(run, engine()) { gateway in
            let text = try await transcript(id, of: gateway, saying: #""status":"complete""#)
            #expect(text.contains(#""duration":1.0,"#) && text.contains("said"))
        }
    }

    @Test func `an earlier journal is not given up for room while its words cannot be stored elsewhere`() async throws {
        let run = try EarlierRun()
        defer { run.remove() }
        _ = run.session(record(id), seconds: 3, committed: 1)
        // A link to nothing: there are no transcripts, and none can be written.
        try FileManager.default.createSymbolicLink(atPath: run.directory + "/transcripts", withDestinationPath: run.directory + "/nothing/there")
        try await TestGateway.with(engine(), keys: TestKeys(valid: []), directory: run.directory, keepsDirectory: true) {
            $0.journal = JournalLimits(segmentBytes: 20_000, logBytes: 100_000)
        } _: { gateway in
            try await until { try await gateway.send(.get, "/api/v1/sessions/" + id).status != 503 }
            let socket = try await gateway.connect("/v1/listen?encoding=linear16&sample_rate=16000")
            for _ in 0..<10 { socket.send(binary: [UInt8](repeating: 0, count: 32_000)) }
            socket.send(text: #"{"type":"CloseStream"}"#)
            _ = await socket.rest()
        }
        #expect(run.files.keys.contains("0-0.journal"))
    }

    @Test func `a session of which nobody knows whose it is goes with a line in the log`() async throws {
        let run = try EarlierRun()
        defer { run.remove() }
        var cursor = run.log.cursor(rate: .speech, channels: 1)
        let second = SampleRange(.zero, count: SampleCount(16_000))
        [UInt8](repeating: 0, count: 32_000).withUnsafeBytes { run.log.append(audio: $0, second, cursor: &cursor) }
        let lines = Mutex<[String]>([])
        try await with(run, engine(), keepsDirectory: true, log: Log(level: .error, write: { line in lines.withLock { $0.append(line) } })) { _ in
            try await until { !run.files.keys.contains("0-0.journal") }
        }
        #expect(lines.withLock { $0 }.contains { $0.contains("cannot be completed") && $0.contains("count=1 audio.seconds=1.0") })
    }

    @Test(arguments: [true, false])
    func `a session is completed though the clock is far ahead, where the last run is known`(isKnown: Bool) async throws {
        let run = try EarlierRun()
        _ = run.session(record(id), seconds: 3, committed: 3)
        if isKnown { try Data("\(TestGateway.time.milliseconds)\n".utf8).write(to: URL(filePath: run.directory + "/" + RetentionTime.fileName)) }
        let lines = SharedLog()
        try await TestGateway.with(
            engine(), keys: TestKeys(valid: []), directory: run.directory, log: Log(level: .info, write: { lines.append($0) }),
            now: { TestGateway.time + .seconds(60 * 86_400) }
        ) { gateway in
            if isKnown {
                let text = try await transcript(id, of: gateway, saying: #""status":"complete""#)
                #expect(text.contains("said0") && text.contains("said2"), "\(text)")
            } else {
                // Nothing tells such a clock from one that is right.
                try await until { lines.entries.contains { $0.contains("it is older than the transcripts that are kept") } }
            }
            #expect(lines.entries.contains { $0.contains("the clock is far ahead of the gateway's last run") } == isKnown)
        }
    }

    @Test func `a session with its client's own keys is completed by the local engine, and by no other`() async throws {
        let run = try EarlierRun()
        defer { run.remove() }
        _ = run.session(record(id, engines: []), seconds: 3, committed: 1)
        try await with(run, engine(.local)) { gateway in
            let text = try await transcript(id, of: gateway, saying: #""status":"complete""#)
            #expect(text.contains("said0") && text.contains("heard"))
        }
    }

    @Test func `a session with its client's own keys ends with its gap where there is no local engine`() async throws {
        let run = try EarlierRun()
        defer { run.remove() }
        _ = run.session(record(id, engines: []), seconds: 3, committed: 1)
        try await with(run, engine(), keepsDirectory: true) { gateway in
            let text = try await transcript(id, of: gateway, saying: #""status":"incomplete""#)
            #expect(text.contains("said0") && text.contains(#""start":1.0,"end":3.0,"cause":"no_engine"}"#))
            try await until { !run.files.keys.contains("0-0.journal") }
        }
    }

    /// What a gateway that is killed has in its ledger: streams that began and did not end.
    @Test func `streams that were open are booked, with the seconds that their session had`() async throws {
        let run = try EarlierRun()
        defer { run.remove() }
        _ = run.session(record(id), seconds: 20, committed: 20, channels: 2)
        do {
            let ledger = SQLUsageStore(in: try SQLiteDatabase(in: DataDirectory(creating: run.directory)))
            let now = TestGateway.time
            func stream(_ name: String, _ session: String, from start: Duration, channels: Int = 1) -> UsageRecord {
                var run = UsageRecord(
                    id: ID(name), user: .local, engine: EngineName("deepgram"), model: "nova-3", workload: .voiceMessage, kind: .stream, started: now)
                run.position = UsageRecord.StreamPosition(of: ID(session), from: start, channels: channels)
                return run
            }
            let other = UsageRecord(
                id: ID("r"), user: .local, engine: EngineName("assemblyai"), model: "universal-2", workload: .background, kind: .recording,
                started: now)
            try await ledger.note([
                stream("a", id, from: .zero, channels: 2), stream("b", id, from: .seconds(15)), stream("c", "no-such-session", from: .zero), other,
            ])
        }
        try await with(run, engine()) { gateway in
            func row(_ engine: String) async throws -> JSONValue? {
                let usage = try await gateway.send(.get, "/api/v1/usage").text
                guard case .array(let rows)? = try JSONValue(parsing: Array(usage.utf8))["rows"] else { return nil }
                return rows.first { $0["provider"] == .string(engine) }
            }
            try await until { try await row("deepgram")?["runs"] == 3 }
            try await until { try await row("assemblyai") != nil }
            let streams = try #require(try await row("deepgram"))
            #expect(streams["runs"] == 3 && streams["failed"] == 3)
            // Both channels for 20 s, one for 5 s; of the session that nobody knows nothing.
            #expect(streams["audio_seconds"] == 45 || streams["audio_seconds"] == .double(45), "\(streams)")
            let recording = try await row("assemblyai")
            #expect(recording?["failed"] == 1 && (recording?["audio_seconds"] == 0 || recording?["audio_seconds"] == .double(0)))
        }
    }

    @Test func `nothing is left in the journal when all is complete, and the transcript stays`() async throws {
        let run = try EarlierRun(loop: 7)
        defer { run.remove() }
        _ = run.session(record(id), seconds: 2, committed: 0, channels: 2)
        try await with(run, engine(), keepsDirectory: true) { gateway in
            _ = try await transcript(id, of: gateway, saying: #""status":"complete""#)
            try await until { !run.files.keys.contains("7-0.journal") }
        }
        try await with(run, ScriptedEngine(), keepsDirectory: true) { gateway in
            let text = try await transcript(id, of: gateway, saying: #""status":"complete""#)
            #expect(text.contains(#""channels":2"#) && text.contains("heard0"))
        }
    }

    @Test func `what no engine may have is a reported gap, and a later start completes it`() async throws {
        let run = try EarlierRun()
        defer { run.remove() }
        _ = run.session(record(id, engines: ["gone"]), seconds: 3, committed: 1)
        _ = run.session(record("0f6c2d1e-0000-4000-8000-000000000003"), seconds: 3, committed: 1)
        try await with(run, ScriptedEngine(transcript: .failure(.unavailable("the models are missing"))), keepsDirectory: true) { gateway in
            let text = try await transcript(id, of: gateway, saying: #""status":"incomplete""#)
            #expect(text.contains(#""gaps":[{"channel":0,"start":1.0,"end":3.0,"cause":"no_engine"}]"#))
            #expect(text.contains("said0"))
            let other = try await transcript("0f6c2d1e-0000-4000-8000-000000000003", of: gateway, saying: #""status":"incomplete""#)
            #expect(other.contains(#""cause":"unavailable""#))
        }
        #expect(run.files.keys.contains("0-0.journal"))
        try await with(run, engine(), keepsDirectory: true) { gateway in
            let text = try await transcript("0f6c2d1e-0000-4000-8000-000000000003", of: gateway, saying: #""status":"complete""#)
            #expect(text.contains("said0") && text.contains("heard"))
        }
    }

    @Test func `a transcript is its own user's only`() async throws {
        let run = try EarlierRun()
        _ = run.session(record(id, user: "user"), seconds: 2, committed: 1)
        try await with(run, engine(), keys: ["k1", "k2"]) { gateway in
            let text = try await transcript(id, of: gateway, saying: #""status":"complete""#, key: "k1")
            #expect(text.contains("said0"))
            let path = "/api/v1/sessions/" + id
            let others = try await gateway.send(.get, path, headers: ["Authorization": "Bearer k2"])
            #expect(others.status == 404 && others.text.contains(#"{"error":{"code":"#))
            #expect(try await gateway.send(.get, path).status == 401)
        }
    }

    @Test func `a journal of another version is rejected and left as it is`() async throws {
        let run = try EarlierRun()
        defer { run.remove() }
        _ = run.session(record(id), seconds: 1, committed: 0)
        run.log.finish()
        let journal = URL(filePath: run.directory + "/journal/0-0.journal")
        var bytes = try Data(contentsOf: journal)
        bytes[3] = UInt8(ascii: "2")
        try bytes.write(to: journal)
        try? FileManager.default.removeItem(atPath: run.directory + "/journal/0.ring")
        try await with(run, engine(), keepsDirectory: true) { gateway in
            try await until { try await gateway.send(.get, "/api/v1/sessions/" + id).status != 503 }
            #expect(try await gateway.send(.get, "/api/v1/sessions/" + id).status == 404)
        }
        #expect(run.files["0-0.journal"] == bytes)
        try await run.untilFree()
        // A ring holds what its version's segments lack.
        try Data("HKJRING2".utf8 + [UInt8](repeating: 0, count: 8_192)).write(to: URL(filePath: run.directory + "/journal/0.ring"))
        await #expect {
            try await with(run, engine(), keepsDirectory: true) { _ in }
        } throws: { error in
            "\(error)".contains("0.ring") && "\(error)".contains("another version")
        }
        #expect(run.files["0.ring"]?.count == 8_200)
    }

    @Test func `a torn end costs what was torn and nothing else`() async throws {
        let run = try EarlierRun()
        defer { run.remove() }
        _ = run.session(record(id), seconds: 3, committed: 0)
        run.log.finish()
        let journal = URL(filePath: run.directory + "/journal/0-0.journal")
        let bytes = try Data(contentsOf: journal)
        try? FileManager.default.removeItem(atPath: run.directory + "/journal/0.ring")
        // In the middle of the third second, with a page of nonsense behind.
        try (bytes.prefix(80_000) + Data(repeating: 0xA7, count: 4_096)).write(to: journal)
        try await with(run, engine(), keepsDirectory: true) { gateway in
            let text = try await transcript(id, of: gateway, saying: #""status":"complete""#)
            #expect(text.contains(#""duration":2.0,"#))
        }
    }
}

@Suite(.hangLimit) struct `A stored transcript` {
    private let path = "/v1/listen?encoding=linear16&sample_rate=16000&model=nova-3"

    /// As the dialect says it.
    private func id(of socket: TestSocket) async throws -> String {
        let results = try #require(await socket.next { $0.contains(#""request_id":"# + "\"") })
        let tail = try #require(results.split(separator: #""request_id":""#, maxSplits: 1).last)
        return String(tail.prefix { $0 != "\"" })
    }

    private func transcript(_ id: String, of gateway: TestGateway, saying words: String) async throws -> String {
        try await untilSome {
            let text = try await gateway.send(.get, "/api/v1/sessions/" + id).text
            return text.contains(words) ? text : nil
        }
    }

    @Test func `is there while its session is live and after it, under the name that the handshake said`() async throws {
        try await TestGateway.with { gateway in
            let socket = try await gateway.connect(path)
            for _ in 0..<25 { socket.send(binary: [UInt8](repeating: 0, count: 3_200)) }
            let id = try await id(of: socket)
            let live = try await transcript(id, of: gateway, saying: #""text":"w1 w2""#)
            #expect(live.contains(#""status":"live""#) && live.contains(#""dialect":"deepgram""#) && live.contains(#""recovered":false"#))
            socket.send(text: #"{"type":"CloseStream"}"#)
            _ = await socket.rest()
            let over = try await transcript(id, of: gateway, saying: #""status":"complete""#)
            #expect(over.contains(#""text":"w1 w2 w3""#) && over.contains(#""duration":2.5,"#) && over.contains(#""gaps":[]"#))
        }
    }

    @Test func `is whole however long its session was, and only its newest part is in memory`() async throws {
        try await TestGateway.with { gateway in
            let socket = try await gateway.connect("/v1/listen?encoding=linear16&sample_rate=8000&model=nova-3&interim_results=false")
            // Of each second a commit of some 80 bytes: more than is kept in memory.
            socket.send(binary: [UInt8](repeating: 0, count: 16_000))
            let id = try await id(of: socket)
            for second in 2...1_200 {
                socket.send(binary: [UInt8](repeating: 0, count: 16_000))
                // No more than the client's socket takes.
                if second % 30 == 0 { _ = await socket.next { $0.contains("\"w\(second)\"") } }
            }
            let live = try await transcript(id, of: gateway, saying: " w1200\"")
            #expect(live.contains(#""status":"live""#) && live.contains("w1 w2 w3 "))
            let folder = gateway.directory + "/transcripts/"
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder).contains { $0.hasSuffix(".draft") })
            socket.send(text: #"{"type":"CloseStream"}"#)
            _ = await socket.rest()
            let over = try await transcript(id, of: gateway, saying: #""status":"complete""#)
            #expect(over.contains(#""duration":1200.0,"#) && over.contains("w1 w2 w3 ") && over.contains(" w1200\"") && over.contains(#""gaps":[]"#))
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == [id + ".json"])
        }
    }

    @Test func `goes when it is too old, and the newest stay when there are too many`() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "harken-transcripts-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try FileManager.default.createDirectory(atPath: folder + "/transcripts", withIntermediateDirectories: true)
        for (name, days) in [("old", 2.0), ("older", 3.0), ("a", 0.1), ("b", 0.2), ("c", 0.3)] {
            let path = folder + "/transcripts/\(name).json"
            try Data("{}".utf8).write(to: URL(filePath: path))
            let now = Double(TestGateway.time.milliseconds) / 1_000
            try FileManager.default.setAttributes(
                [.modificationDate: Date(timeIntervalSince1970: now - 86_400 * days)], ofItemAtPath: path)
        }
        let settings = ["HARKEN_TRANSCRIPT_DAYS": "1", "HARKEN_TRANSCRIPT_COUNT": "2"]
        try await TestGateway.with(ScriptedEngine(), keys: TestKeys(valid: []), settings: settings, directory: folder) { _ in
            let names = { try FileManager.default.contentsOfDirectory(atPath: folder + "/transcripts").sorted() }
            try await until { try names() == ["a.json", "b.json"] }
        }
    }

    @Test func `is completed when its client has left and its engine does not end what it heard`() async throws {
        let words = [Word("tail", SampleRange(SampleIndex(20_000), count: SampleCount(2_000)), confidence: 1)]
        let channel = Transcript.Channel(words: words, segments: [])
        let engine = ScriptedEngine(
            fault: .leaves,
            transcript: .success(
                Transcript(rate: .speech, length: SampleCount(24_000), language: LanguageTag("en"), model: "scripted-1", channels: [channel])))
        try await TestGateway.with(engine, settings: ["HARKEN_REPAIR_SECONDS": "0"]) { gateway in
            let socket = try await gateway.connect(path)
            for _ in 0..<15 { socket.send(binary: [UInt8](repeating: 0, count: 3_200)) }
            let id = try await id(of: socket)
            _ = try await transcript(id, of: gateway, saying: "w1")
            try await until { try await gateway.send(.get, "/api/v1/sessions/" + id).text.contains(#""duration":1.0"#) }
            socket.close()
            let over = try await transcript(id, of: gateway, saying: #""status":"complete""#)
            #expect(over.contains(#""text":"w1""#) && over.contains(#""text":"tail","start":1.25,"#), "\(over)")
            #expect(over.contains(#""recovered":true"#))
        }
    }
}

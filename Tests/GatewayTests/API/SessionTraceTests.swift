import Continuity
import Framing
import Foundation
@testable import API
@testable import Gateway
import HarkenTesting
import Journal
import Net
import Speech
import Store
import Testing

@Suite(.hangLimit) struct `The trace of a session` {
    private static let path = "/v1/listen?encoding=linear16&sample_rate=16000"

    private func speak(_ gateway: TestGateway, seconds: Int) async throws -> String {
        let socket = try await gateway.connect(Self.path)
        for _ in 0..<(10 * seconds) { socket.send(binary: [UInt8](repeating: 64, count: 3_200)) }
        let id = try await openSession(gateway)
        socket.send(text: #"{"type":"CloseStream"}"#)
        _ = await socket.rest()
        try await gateway.sessionsEnd()
        return id
    }

    private func openSession(_ gateway: TestGateway, headers: HTTPHeaders = [:]) async throws -> String {
        var id: String?
        try await until {
            let list = try JSONValue(parsing: Array(try await gateway.send(.get, "/api/v1/sessions", headers: headers).text.utf8))
            guard case .array(let sessions)? = list["sessions"], case .string(let text)? = sessions.first?["id"] else { return false }
            id = text
            return true
        }
        return try #require(id)
    }

    private func list(_ value: JSONValue?) throws -> [JSONValue] {
        guard case .array(let list)? = value else { throw TestFailure("\(String(describing: value)) is not a list") }
        return list
    }

    private struct TestFailure: Error {
        init(_ text: String) { self.text = text }
        let text: String
    }

    @Test func `says which attempt of an engine recognized each word`() async throws {
        try await TestGateway.with { gateway in
            let id = try await speak(gateway, seconds: 3)
            try await until { try await gateway.send(.get, "/api/v1/sessions/\(id)").text.contains(#""status":"complete""#) }
            var trace = JSONValue.null
            try await until {
                trace = try JSONValue(parsing: Array(try await gateway.send(.get, "/api/v1/sessions/\(id)/trace").text.utf8))
                return try list(trace["legs"]).first?["end"] == "succeeded"
            }
            #expect(trace["duration"] == 3.0 && trace["source"] == "deepgram" && trace["vad"] == .null)
            let legs = try list(trace["legs"]), words = try list(trace["words"])
            try #require(legs.count == 1)
            #expect(legs[0]["engine"] == "scripted" && legs[0]["from"] == 0.0 && legs[0]["to"] == 3.0, "\(legs)")
            #expect(words.map { $0["text"] } == ["w1", "w2", "w3"])
            for word in words {
                let versions = try list(word["versions"])
                #expect(versions.count == 1 && versions[0]["leg"] == legs[0]["id"] && versions[0]["kind"] == "final")
            }
            #expect(try list(trace["turns"]).last?["over"] == true && list(trace["gaps"]).isEmpty && list(trace["repairs"]).isEmpty)
        }
    }

    @Test func `is shown to the session's user only`() async throws {
        try await TestGateway.with(keys: TestKeys(valid: ["vera", "otto"], users: ["vera": "vera", "otto": "otto"])) { gateway in
            let socket = try await gateway.connect(Self.path, headers: ["Authorization": "Token vera"])
            let id = try await openSession(gateway, headers: ["Authorization": "Bearer vera"])
            for (key, status) in [("vera", 200), ("otto", 404)] {
                let answer = try await gateway.send(.get, "/api/v1/sessions/\(id)/trace", headers: ["Authorization": "Bearer \(key)"])
                #expect(answer.status == status)
            }
            socket.close()
        }
    }

    @Test func `tells repairs from finals, and gaps with their reasons`() throws {
        let engine = EngineName("vendor"), rate = SampleRate.speech
        func commit(_ text: String, _ start: Int, by engine: EngineName) -> Commit {
            let range = SampleRange(SampleIndex(start * 16_000), count: SampleCount(16_000))
            return Commit(channel: ChannelIndex(0), range: range, words: [Word(text, range, confidence: 0.5)], reason: .endOfTurn, engine: engine)
        }
        var transcript = SessionTranscript(rate: rate, channels: 1, received: SampleCount(48_000))
        transcript.add(commit("shown", 0, by: engine), turn: 0)
        transcript.add(commit("later", 1, by: EngineName("other")), turn: 1, isRecovered: true)
        let session = ID<Session>("s"), started = UnixTime(milliseconds: 1_790_000_000_000)
        var attempt = UsageRecord(id: ID("a"), user: .local, engine: engine, workload: .realtime, kind: .stream, started: started)
        attempt.position = .init(of: session, from: .zero, channels: 1)
        attempt.completed = started
        attempt.audio = .seconds(1)
        attempt.status = .failed
        attempt.errorClass = "timed_out"
        attempt.cost = USDollars(hundredMillionths: 1_000)
        let document = SessionTraceDocument(
            StoredTranscript(record: SessionRecord(id: session, started: started), transcript: transcript, status: .incomplete), attempts: [attempt])
        let trace = try JSONValue(parsing: APIAnswer.json { document.write(to: &$0) }.body)
        let versions = try list(trace["words"]).map { try list($0["versions"])[0] }
        #expect(versions.map { $0["kind"] } == ["final", "repair"])
        #expect(versions.map { $0["leg"] } == ["a", .null])
        #expect(try list(trace["repairs"]).map { $0["engine"] } == ["other"])
        #expect(try list(trace["gaps"]).map { $0["start"] } == [2.0])
        #expect(try list(trace["legs"]).map { $0["error"] } == ["timed_out"])
        #expect(try list(trace["cost"]) == [.array([.double(1.0), .double(0.00001)])])
    }

    @Test func `says when each version of a word was shown`() throws {
        let engine = EngineName("vendor"), rate = SampleRate.speech
        func word(_ text: String, _ start: Int, _ end: Int) -> Word {
            Word(text, SampleRange(SampleIndex(start * 1_600), SampleIndex(end * 1_600)), confidence: 1)
        }
        var interims = ShownInterims(channels: 1), transcript = SessionTranscript(rate: rate, channels: 1, received: SampleCount(32_000))
        func hear(_ words: [Word], at tenths: Int) {
            let interim = Hypothesis(range: SampleRange(.zero, SampleIndex(tenths * 1_600)), words: words)
            transcript.shown += [interims.change(to: interim, by: engine, received: SampleIndex(tenths * 1_600))].compactMap { $0 }
        }
        hear([word("I", 0, 2), word("scream", 2, 6)], at: 7)
        hear([word("I", 0, 2), word("scream", 2, 6)], at: 9)
        hear([word("ice", 0, 2), word("cream", 2, 6)], at: 11)
        let words = [word("Ice", 0, 2), word("cream", 2, 6)]
        let commit = Commit(
            channel: .first, range: SampleRange(.zero, count: SampleCount(16_000)), words: words, reason: .endOfTurn, engine: engine)
        transcript.add(commit, turn: 0)
        transcript.shown += [interims.change(by: commit, received: SampleIndex(20_800))].compactMap { $0 }
        hear([], at: 14)
        #expect(transcript.shown.count == 3, "an interim without a change, and none behind a final")

        let stored = StoredTranscript(
            record: SessionRecord(id: ID("s"), started: UnixTime(milliseconds: 0)), transcript: transcript, status: .complete)
        #expect(try StoredTranscript(decoding: stored.encoded()).transcript.shown == transcript.shown)
        let trace = try JSONValue(parsing: APIAnswer.json { SessionTraceDocument(stored, attempts: []).write(to: &$0) }.body)
        let versions = try list(trace["words"]).map { try list($0["versions"]).map { [$0["text"], $0["kind"], $0["at"]] } }
        #expect(
            versions == [
                [["I", "interim", 0.7], ["ice", "interim", 1.1], ["Ice", "final", 1.3]],
                [["scream", "interim", 0.7], ["cream", "interim", 1.1], ["cream", "final", 1.3]],
            ])
        #expect(try list(trace["shown"]).map { $0["kept"] } == [0, 0, nil])

        transcript.forget(SampleRange(.zero, SampleIndex(3_200)), in: .first)
        let rest = StoredTranscript(record: stored.record, transcript: transcript, status: .complete)
        let texts = try list(JSONValue(parsing: APIAnswer.json { SessionTraceDocument(rest, attempts: []).write(to: &$0) }.body)["words"])
            .flatMap { try list($0["versions"]).map { $0["text"] } }
        #expect(texts == ["scream", "cream", "cream"], "forgotten words are in no version")
        #expect(!String(decoding: rest.encoded(), as: UTF8.self).lowercased().contains("\"ice"))
    }

    @Test func `has what detectors heard, and the judgment of each turn's pause`() throws {
        let engine = EngineName("local"), rate = SampleRate.speech
        func at(_ tenths: Int) -> SampleIndex { SampleIndex(tenths * 1_600) }
        func commit(_ from: Int, _ to: Int, word end: Int, _ reason: FinalReason) -> Commit {
            let word = Word("word", SampleRange(at(from), at(end)), confidence: 1)
            return Commit(channel: .first, range: SampleRange(at(from), at(to)), words: [word], reason: reason, engine: engine)
        }
        var transcript = SessionTranscript(rate: rate, channels: 1, received: SampleCount(64_000))
        transcript.add(commit(0, 12, word: 10, .endOfTurn), turn: 0)
        transcript.add(commit(12, 40, word: 20, .endOfAudio), turn: 1)
        transcript.speech = [HeardSpeech(channel: .first, range: SampleRange(at(1), at(10)))]
        transcript.judgments = [
            TurnJudgment(channel: .first, position: at(10), probability: 0.75, engine: engine),
            TurnJudgment(channel: .first, position: at(30), probability: 0.125, engine: nil),
        ]
        let stored = StoredTranscript(
            record: SessionRecord(id: ID("s"), started: UnixTime(milliseconds: 0)), transcript: transcript, status: .complete)
        let again = try StoredTranscript(decoding: stored.encoded()).transcript
        #expect(again.speech == transcript.speech && again.judgments == transcript.judgments)
        func trace(_ transcript: SessionTranscript) throws -> JSONValue {
            let document = SessionTraceDocument(StoredTranscript(record: stored.record, transcript: transcript, status: .complete), attempts: [])
            return try JSONValue(parsing: APIAnswer.json { document.write(to: &$0) }.body)
        }
        let whole = try trace(transcript)
        #expect(try list(whole["vad"]).map { [$0["channel"], $0["start"], $0["end"]] } == [[0, 0.1, 1.0]])
        #expect(try list(whole["judgments"]).map { [$0["at"], $0["p"], $0["engine"]] } == [[1.0, 0.75, "local"], [3.0, 0.125, .null]])
        #expect(try list(whole["turns"]).map { $0["p"] } == [0.75, 0.125])
        transcript.forget(SampleRange(.zero, at(12)), in: .first)
        let rest = try trace(transcript)
        #expect(try rest["vad"] == .null && list(rest["judgments"]).count == 1 && list(rest["turns"]).map { $0["p"] } == [.null, 0.125])
        // What an earlier version has stored.
        let old = String(decoding: stored.encoded(), as: UTF8.self).replacing(#","speech":[[0,1600,14400]]"#, with: "")
            .replacing(#","judgments":[[0,16000,0.75,"local"],[0,48000,0.125]]"#, with: "")
        let earlier = try StoredTranscript(decoding: Array(old.utf8)).transcript
        #expect(!old.contains("judgments") && earlier.speech.isEmpty && earlier.judgments.isEmpty && earlier.pieces == again.pieces)
    }

    @Test func `keeps what was shown while the session runs`() async throws {
        try await TestGateway.with { gateway in
            let id = try await speak(gateway, seconds: 3)
            let trace = try JSONValue(parsing: Array(try await gateway.send(.get, "/api/v1/sessions/\(id)/trace").text.utf8))
            let finals = try list(trace["shown"]).compactMap { $0["through"] }
            #expect(finals.last == 3.0)
            #expect(try list(trace["words"]).allSatisfy { try list($0["versions"]).last?["at"] != .null })
            #expect(try list(trace["conversations"]).isEmpty)
        }
    }

    @Test func `comes as an archive that tar reads`() async throws {
        try await TestGateway.with { gateway in
            let id = try await speak(gateway, seconds: 1)
            try await until { try await gateway.send(.get, "/api/v1/sessions/\(id)").status == 200 }
            let answer = try await gateway.send(.get, "/api/v1/sessions/\(id)/bundle")
            #expect(answer.status == 200 && answer.headers["Content-Type"] == "application/x-tar")
            let folder = TemporaryFolder()
            try Data(answer.text.utf8).write(to: URL(filePath: folder.path(of: "bundle.tar")))
            let outcome = try ChildProcess.run(["tar", "-xf", folder.path(of: "bundle.tar"), "-C", folder.path])
            #expect(outcome.status == 0, "\(outcome.diagnostics)")
            let name = folder.path(of: "harken-session-\(id)")
            #expect(try FileManager.default.contentsOfDirectory(atPath: name).sorted() == ["settings.json", "trace.json", "transcript.json"])
            let settings = try JSONValue(parsing: Array(Data(contentsOf: URL(filePath: name + "/settings.json"))))
            #expect(settings["source"] == "deepgram")
        }
    }
}

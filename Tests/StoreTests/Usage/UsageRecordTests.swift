import Speech
import Store
import Testing

@Suite struct `A run of the ledger` {
    private let run = UsageRecord(
        id: ID("r"), user: ID("u"), engine: EngineName("deepgram"), model: "nova-3", workload: .background, kind: .recording, started: .at(0))

    /// $0.408 for an hour of audio, and $36 for an hour of an open stream.
    private static let prices = PriceTable(rates: [
        .init(EngineName("deepgram"), "nova-3", perHour: USDollars("0.408"), from: UnixTime(milliseconds: 0), source: "x"),
        .init(
            EngineName("deepgram"), "nova-3", isLive: true, basis: .connection, perHour: USDollars("36"), from: UnixTime(milliseconds: 0), source: "x"
        ),
    ])

    private func ended(_ outcome: RecognitionAttempt.Outcome, _ kind: RecognitionAttempt.Kind = .recording, seconds: Double = 60) -> UsageRecord {
        var ended = run
        let start = Instant.now
        ended.end(
            RecognitionAttempt(
                kind, engine: EngineName("deepgram"), model: "nova-3", audio: .seconds(seconds), start: start, end: start + .seconds(2),
                outcome: outcome),
            at: .at(2), prices: Self.prices)
        return ended
    }

    @Test(arguments: [
        "audio", "audio_bytes", "raw_audio_bytes", "text", "transcript", "transcript_text", "words", "word_records", "chunks", "utterances",
        "api_key",
        "authorization", "token", "secret", "password", "headers", "prompt", "vocabulary", "embedding", "file_name", "path", "anything_else",
    ])
    func `holds no other fields than those that are listed, at any depth`(name: String) {
        let fields =
            #""run_id":"r","user":"u","provider":"deepgram","workload":"sync","kind":"recording","payer":"operator","status":"started","started_at":1,"latency_ns":0,"audio_ns":0,"billable_ns":0,"billing":"none","retry_count":0,"segment_count":0,"word_count":0,"speaker_count":0,"identified_speaker_count":0"#
        #expect(throws: Never.self) { try UsageRecordCoding.decode("{\(fields)}") }
        let fault = UsageRecordError.unknownField(name)
        #expect(throws: fault) { try UsageRecordCoding.decode(#"{\#(fields),"\#(name)":"x"}"#) }
        #expect(throws: fault) { try UsageRecordCoding.decode(#"{\#(fields),"model":{"\#(name)":"x"}}"#) }
        #expect(throws: fault) { try UsageRecordCoding.decode(#"{\#(fields),"model":[1,[{"\#(name)":"x"}]]}"#) }
        #expect(!UsageRecordCoding.fields.contains(name))
    }

    @Test func `is charged when it has succeeded`() {
        let one = ended(.completed)
        #expect(one.status == .succeeded)
        #expect(one.billable == .seconds(60))
        #expect(one.cost == USDollars("0.0068"))
        #expect(one.billing == .certain)
        #expect(one.latency == .seconds(2))
    }

    @Test(arguments: [
        (RecognitionAttempt.Outcome.failed(.timedOut("late")), "timed_out"), (.failed(.unauthorized("a key")), "unauthorised"),
        (.givenUp(.stalled), "stalled"),
        (.declined, "declined"), (.connectTimedOut, "connect_timed_out"), (.cancelled, "cancelled"),
    ])
    func `has the kind of its failure, never its words`(outcome: RecognitionAttempt.Outcome, name: String) {
        let one = ended(outcome, seconds: 0)
        #expect(one.status == .failed)
        #expect(one.errorClass == name)
        #expect(one.billable == .zero)
        #expect(one.billing == .none)
    }

    @Test func `may be charged for what a stream was sent before it failed`() {
        let one = ended(.failed(.unavailable("gone")), .stream)
        #expect(one.billable == .seconds(60))
        #expect(one.billing == .unknown)
    }

    @Test func `of a stream is billed from open to close, for each channel, with the features that were asked for`() throws {
        var ended = UsageRecord(
            id: ID("r"), user: ID("u"), engine: EngineName("deepgram"), model: "nova-3", workload: .realtime, kind: .stream, started: .at(0))
        let start = Instant.now
        var attempt = RecognitionAttempt(
            .stream, engine: EngineName("deepgram"), model: "nova-3", channels: 2, audio: .seconds(4), start: start, end: start + .seconds(12),
            outcome: .completed)
        attempt.connected = .seconds(10)
        attempt.features = [.speakers, .multilingual]
        ended.end(attempt, at: .at(12), prices: Self.prices)
        #expect(ended.billable == .seconds(8) && ended.connected == .seconds(20) && ended.features == [.speakers, .multilingual])
        #expect(ended.cost == USDollars("0.2"))
        #expect(try UsageRecordCoding.decode(UsageRecordCoding.encode(ended)) == ended)
    }

    @Test(arguments: Workload.allCases)
    func `has the price of its kind, whatever its purpose`(workload: Workload) {
        for (kind, cost) in [(RecognitionAttempt.Kind.stream, "0.01"), (.repair, "0.000113"), (.recovery, "0.000113"), (.recording, "0.000113")] {
            var one = UsageRecord(id: ID("r"), user: ID("u"), engine: EngineName("deepgram"), workload: workload, kind: kind, started: .at(0))
            let start = Instant.now
            var attempt = RecognitionAttempt(
                kind, engine: EngineName("deepgram"), model: "nova-3", audio: .seconds(1), start: start, end: start + .seconds(1),
                outcome: .completed)
            if kind == .stream { attempt.connected = .seconds(1) }
            one.end(attempt, at: .at(1), prices: Self.prices)
            #expect(one.cost.map { $0.description.hasPrefix(cost) } == true, "\(kind): \(one.cost?.description ?? "?")")
        }
    }

    @Test func `of a stream behind the gate counts what was let through`() {
        var ended = run
        let start = Instant.now
        ended.end(
            RecognitionAttempt(
                .stream, engine: EngineName("deepgram"), model: "nova-3", channels: 2, audio: .seconds(60), passed: .seconds(15), start: start,
                end: start + .seconds(60), outcome: .completed),
            at: .at(60), prices: .standard)
        #expect(ended.audio == .seconds(120) && ended.speech == .seconds(30) && ended.billable == .seconds(30))
    }

    @Test(arguments: [(Duration?.some(.seconds(20)), 30.0), (.seconds(3), 0), (nil, 0)])
    func `that was cut off has what its session had received since it began`(received: Duration?, seconds: Double) {
        var cut = run
        cut.position = UsageRecord.StreamPosition(of: ID("s"), from: .seconds(5), channels: 2)
        cut.interrupt(at: .at(9), received: received, prices: Self.prices)
        #expect(cut.audio == .seconds(seconds) && cut.billable == cut.audio && cut.billing == .unknown && cut.errorClass == "interrupted")
        #expect(cut.cost == USDollars(hundredMillionths: Int64(seconds / 60 * 680_000)))
        #expect(throws: Never.self) { try UsageRecordCoding.decode(UsageRecordCoding.encode(cut)) == cut ? () : { throw UsageRecordError.notJSON }() }
    }

    @Test func `has an unknown cost for a model without a price`() {
        var other = run
        let start = Instant.now
        other.end(
            RecognitionAttempt(
                .recording, engine: EngineName("deepgram"), model: "nova-9", audio: .seconds(1), start: start, end: start, outcome: .completed),
            at: .at(2), prices: .standard)
        #expect(other.cost == nil)
        #expect(other.billing == .certain)
    }
}

import HarkenTesting
import Speech
import Store
import Testing

/// A month of attempts, billed by the vendor and booked in the ledger. The vendor's prices are written here as its page has them, by the minute or the
/// hour, and not taken from the table.
@Suite(.hangLimit) struct `A month's ledger` {
    struct Vendor: Sendable, CustomTestStringConvertible {
        var engine: String
        var model: String
        var isLive: Bool
        /// US dollars in `seconds`.
        var price: Double
        var seconds: Double
        /// US dollars in `seconds`, added for labels of speakers.
        var speakers = 0.0
        /// True if a stream is billed from open to close.
        var isByConnection = false
        var isWholeSeconds = false
        var isMultilingual = false
        var reportedModel: String { isMultilingual ? "nova-3" : model }

        var testDescription: String { "\(engine) \(model)\(isLive ? " live" : "")" }

        /// Returns what the vendor bills, in dollars.
        func bill(audio: Double, open: Double, channels: Double, withSpeakers: Bool) -> Double {
            var quantity = (isByConnection ? open : audio) * channels
            if isWholeSeconds { quantity = quantity.rounded(.toNearestOrAwayFromZero) }
            return quantity * (price + (withSpeakers ? speakers : 0)) / seconds
        }
    }

    private static let vendors = [
        Vendor(engine: "deepgram", model: "nova-3", isLive: true, price: 0.0048, seconds: 60, speakers: 0.002, isByConnection: true),
        Vendor(
            engine: "deepgram", model: "nova-3-multilingual", isLive: true, price: 0.0058, seconds: 60, speakers: 0.002, isByConnection: true,
            isMultilingual: true),
        Vendor(engine: "deepgram", model: "flux-general-en", isLive: true, price: 0.0065, seconds: 60, isByConnection: true),
        Vendor(engine: "deepgram", model: "flux-general-multi", isLive: true, price: 0.0078, seconds: 60, isByConnection: true),
        Vendor(engine: "deepgram", model: "nova-3", isLive: false, price: 0.0077, seconds: 60, speakers: 0.002),
        Vendor(
            engine: "assemblyai", model: "universal-streaming-english", isLive: true, price: 0.15, seconds: 3_600, speakers: 0.12,
            isByConnection: true),
        Vendor(engine: "assemblyai", model: "universal-3-5-pro", isLive: true, price: 0.45, seconds: 3_600, speakers: 0.12, isByConnection: true),
        Vendor(engine: "assemblyai", model: "universal-3-6-pro", isLive: true, price: 0.45, seconds: 3_600, speakers: 0.12, isByConnection: true),
        Vendor(engine: "assemblyai", model: "universal-3-5-pro", isLive: false, price: 0.21, seconds: 3_600, speakers: 0.02),
        Vendor(engine: "assemblyai", model: "universal-2", isLive: false, price: 0.15, seconds: 3_600, speakers: 0.02),
        Vendor(engine: "soniox", model: "stt-rt-v4", isLive: true, price: 0.12, seconds: 3_600, isByConnection: true),
        Vendor(engine: "soniox", model: "stt-async-v5", isLive: false, price: 0.10, seconds: 3_600),
        // Speechmatics publishes no rule for streams: users report that it bills the audio that it is sent, and not the open connection.
        Vendor(engine: "speechmatics", model: "enhanced", isLive: true, price: 0.43, seconds: 3_600),
        Vendor(engine: "speechmatics", model: "standard", isLive: true, price: 0.24, seconds: 3_600),
        Vendor(engine: "speechmatics", model: "linden-1", isLive: true, price: 0.30, seconds: 3_600),
        Vendor(engine: "speechmatics", model: "enhanced", isLive: false, price: 0.40, seconds: 3_600),
        Vendor(engine: "speechmatics", model: "standard", isLive: false, price: 0.24, seconds: 3_600),
        Vendor(engine: "speechmatics", model: "melia-1", isLive: false, price: 0.129, seconds: 3_600),
        Vendor(engine: "openai", model: "gpt-live-transcribe", isLive: true, price: 0.017, seconds: 60),
        Vendor(engine: "openai", model: "gpt-transcribe", isLive: false, price: 0.0045, seconds: 60),
        Vendor(engine: "openai", model: "whisper-1", isLive: false, price: 0.006, seconds: 60, isWholeSeconds: true),
    ]

    @Test(arguments: vendors, StoreKind.allCases)
    func `is the vendor's bill`(vendor: Vendor, store: StoreKind) async throws {
        var generator = SeededGenerator(seed: 58)
        let folder = TemporaryFolder()
        let ledger = try store.backEnd(in: folder).usage
        let begin = try #require(UnixTime(rfc3339: "2026-12-01"))
        var bill = 0.0, runs: [UsageRecord] = []
        for number in 0..<300 {
            let audio = Double(Int.random(in: 1..<1_200_000, using: &generator)) / 1_000
            // Before and behind the audio, and in silences that a gate keeps back, the stream is open too.
            let open = audio + Double(Int.random(in: 0..<90_000, using: &generator)) / 1_000
            let channels = Int.random(in: 1...2, using: &generator), speakers = Bool.random(using: &generator)
            let workload = Workload.allCases.randomElement(using: &generator) ?? .sync
            let at = UnixTime(milliseconds: begin.milliseconds + Int64.random(in: 0..<31 * 86_400_000, using: &generator))
            var run = UsageRecord(
                id: ID("run\(number)"), user: ID("somebody"), engine: EngineName(vendor.engine), workload: workload,
                kind: vendor.isLive ? .stream : .recording, started: at)
            let start = Instant.now
            var attempt = RecognitionAttempt(
                run.kind, engine: run.engine, model: vendor.reportedModel, channels: channels, audio: .seconds(audio), start: start,
                end: start + .seconds(open), outcome: .completed)
            attempt.connected = vendor.isLive ? .seconds(open) : nil
            if speakers { attempt.features.insert(.speakers) }
            if vendor.isMultilingual { attempt.features.insert(.multilingual) }
            run.end(attempt, at: at, prices: .standard)
            bill += vendor.bill(audio: audio, open: open, channels: Double(channels), withSpeakers: speakers)
            runs.append(run)
        }
        try await ledger.note(runs)
        try await ledger.bookAll()
        let spent = try await ledger.spent(by: ID("somebody"), key: nil, since: begin)
        #expect(spent.runs == 300 && spent.unpriced == 0)
        // Each run is rounded to a hundred-millionth of a dollar.
        #expect(abs(spent.cost.dollars - bill) < 300 * 1e-8, "\(spent.cost.dollars) and \(bill)")
    }

    /// The models that Harken asks when nobody names one.
    @Test(arguments: [
        ("deepgram", "nova-3", true), ("deepgram", "flux-general-en", true), ("deepgram", "nova-3", false),
        ("assemblyai", "universal-3-5-pro", true), ("assemblyai", "universal-3-6-pro", true), ("assemblyai", "universal-streaming-english", true),
        ("assemblyai", "universal-streaming-multilingual", true), ("assemblyai", "universal-3-5-pro", false), ("soniox", "stt-rt-v4", true),
        ("soniox", "stt-async-v5", false), ("speechmatics", "enhanced", true), ("speechmatics", "linden-1", true),
        ("speechmatics", "enhanced", false),
        ("openai", "gpt-live-transcribe", true), ("openai", "whisper-1", false), ("openai", "gpt-4o-transcribe", true),
        ("openai", "gpt-4o-mini-transcribe", true), ("openai", "gpt-4o-transcribe-diarize", false),
    ])
    func `has a price for each model that is asked by default, read in the last 180 days`(engine: String, model: String, isLive: Bool) throws {
        let today = try #require(UnixTime(rfc3339: "2026-12-01"))
        let rate = try #require(
            PriceTable.standard.valid(at: today).first {
                $0.engine == EngineName(engine) && $0.model == model && $0.isLive == isLive && $0.addOn == nil
            })
        #expect(rate.perHour != nil && !rate.source.isEmpty)
        #expect(today - rate.checked <= PriceTable.maxAge, "\(rate.checked)")
    }
}

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
        /// US dollars in `seconds` that each feature adds; 0: included.
        var addOns: [BilledFeature: Double] = [:]
        /// True if a stream is billed from open to close.
        var isByConnection = false
        var isWholeSeconds = false
        var isMultilingual = false
        var reportedModel: String { isMultilingual ? "nova-3" : model }

        var testDescription: String { "\(engine) \(model)\(isLive ? " live" : "")" }

        /// Returns what the vendor bills, in dollars.
        func bill(audio: Double, open: Double, channels: Double, with features: Set<BilledFeature>) -> Double {
            var quantity = (isByConnection ? open : audio) * channels
            if isWholeSeconds { quantity = quantity.rounded(.toNearestOrAwayFromZero) }
            let more: Double = features.reduce(0) { $0 + (addOns[$1] ?? 0) }
            return quantity * (price + more) / seconds
        }
    }

    /// Deepgram's page has one price for each add-on, for streams and for recordings. Labels of speakers are included in recordings.
    private static let deepgramLive: [BilledFeature: Double] = [.terms: 0.0013, .redaction: 0.0020, .entities: 0.0017, .speakers: 0.0020]
    private static let deepgramRecorded: [BilledFeature: Double] = [.terms: 0.0013, .redaction: 0.0020, .entities: 0.0017, .speakers: 0]

    private static let vendors: [Vendor] = [
        Vendor(
            engine: "deepgram", model: "nova-3", isLive: true, price: 0.0048, seconds: 60,
            addOns: deepgramLive, isByConnection: true),
        Vendor(
            engine: "deepgram", model: "nova-3-multilingual", isLive: true, price: 0.0058, seconds: 60,
            addOns: deepgramLive, isByConnection: true, isMultilingual: true),
        Vendor(
            engine: "deepgram", model: "flux-general-en", isLive: true, price: 0.0065, seconds: 60, addOns: [.terms: 0.0013], isByConnection: true),
        Vendor(
            engine: "deepgram", model: "flux-general-multi", isLive: true, price: 0.0078, seconds: 60, addOns: [.terms: 0.0013],
            isByConnection: true),
        Vendor(
            engine: "deepgram", model: "nova-3", isLive: false, price: 0.0043, seconds: 60, addOns: deepgramRecorded),
        Vendor(
            engine: "assemblyai", model: "universal-streaming-english", isLive: true, price: 0.15, seconds: 3_600,
            addOns: [.speakers: 0.12, .terms: 0.04, .medical: 0.15], isByConnection: true),
        Vendor(
            engine: "assemblyai", model: "universal-3-5-pro", isLive: true, price: 0.45, seconds: 3_600,
            addOns: [.speakers: 0.12, .terms: 0, .medical: 0.15], isByConnection: true),
        Vendor(
            engine: "assemblyai", model: "universal-3-6-pro", isLive: true, price: 0.45, seconds: 3_600,
            addOns: [.speakers: 0.12, .terms: 0, .medical: 0.15], isByConnection: true),
        Vendor(
            engine: "assemblyai", model: "universal-3-5-pro", isLive: false, price: 0.21, seconds: 3_600,
            addOns: [.speakers: 0.02, .terms: 0.05, .medical: 0.15, .redaction: 0.08, .sentiment: 0.02, .entities: 0.08]),
        Vendor(
            engine: "assemblyai", model: "universal-2", isLive: false, price: 0.15, seconds: 3_600,
            addOns: [
                .speakers: 0.02, .terms: 0, .redaction: 0.08, .topics: 0.15, .summary: 0.03, .chapters: 0.08, .highlights: 0.01, .moderation: 0.15,
                .profanity: 0.01,
            ]),
        Vendor(
            engine: "soniox", model: "stt-rt-v4", isLive: true, price: 0.12, seconds: 3_600, addOns: [.speakers: 0, .terms: 0], isByConnection: true),
        Vendor(engine: "soniox", model: "stt-async-v5", isLive: false, price: 0.10, seconds: 3_600),
        // Speechmatics publishes no rule for streams: users report that it bills the audio that it is sent, and not the open connection.
        Vendor(
            engine: "speechmatics", model: "enhanced", isLive: true, price: 0.43, seconds: 3_600, addOns: [.speakers: 0, .terms: 0]),
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
            let channels = Int.random(in: 1...2, using: &generator)
            let features = Set(vendor.addOns.keys.sorted().filter { _ in Bool.random(using: &generator) })
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
            attempt.features = features
            if vendor.isMultilingual { attempt.features.insert(.multilingual) }
            run.end(attempt, at: at, prices: .standard)
            bill += vendor.bill(audio: audio, open: open, channels: Double(channels), with: features)
            runs.append(run)
        }
        try await ledger.note(runs)
        try await ledger.bookAll()
        let spent = try await ledger.spent(by: ID("somebody"), key: nil, since: begin)
        #expect(spent.runs == 300 && spent.unpriced == 0)
        // Each run is rounded to a hundred-millionth of a dollar.
        #expect(abs(spent.cost.dollars - bill) < 300 * 1e-8, "\(spent.cost.dollars) and \(bill)")
    }

    /// Work of one request.
    struct Work: Sendable, CustomTestStringConvertible {
        var engine: String
        var model: String
        /// Seconds for which a live stream was open, of all channels; nil: a recording.
        var open: Double?
        /// Seconds of audio, of all channels.
        var audio: Double
        var features: Set<BilledFeature>
        /// The line of the vendor's bill, worked out by hand, without add-ons whose price no page says.
        var dollars: String
        /// Add-ons whose price no page says.
        var unknown: Set<BilledFeature> = []

        var testDescription: String { "\(engine) \(model)\(open == nil ? "" : " live") \(features.sorted().map(\.rawValue))" }
    }

    private static let works: [Work] = [
        // 10 min × (0.0048 + 0.0013 + 0.0020) for a minute.
        Work(engine: "deepgram", model: "nova-3", open: 600, audio: 480, features: [.terms, .redaction], dollars: "0.081"),
        // 60 min × (0.0043 + 0.0013 + 0.0020 + 0.0017); labels of speakers are included.
        Work(engine: "deepgram", model: "nova-3", audio: 3_600, features: [.terms, .redaction, .entities, .speakers], dollars: "0.558"),
        // Two channels of 20 min × (0.0052 + 0.0013).
        Work(engine: "deepgram", model: "nova-3", audio: 2_400, features: [.terms, .multilingual], dollars: "0.26"),
        Work(engine: "deepgram", model: "nova-3-general", audio: 2_400, features: [.terms, .multilingual], dollars: "0.26"),
        // 60 min × 0.0058, whichever of its two names the model has.
        Work(engine: "deepgram", model: "nova-3", open: 3_600, audio: 60, features: [.multilingual], dollars: "0.348"),
        Work(engine: "deepgram", model: "nova-3-general", open: 3_600, audio: 60, features: [.multilingual], dollars: "0.348"),
        // 30 min × (0.0065 + 0.0013).
        Work(engine: "deepgram", model: "flux-general-en", open: 1_800, audio: 60, features: [.terms], dollars: "0.234"),
        // 2 h × (0.21 + 0.02 + 0.05 + 0.15) for an hour.
        Work(engine: "assemblyai", model: "universal-3-5-pro", audio: 7_200, features: [.speakers, .terms, .medical], dollars: "0.86"),
        // 1 h × (0.15 + 0.02 + 0.08 + 0.15 + 0.03 + 0.08 + 0.01 + 0.15 + 0.08 + 0.01).
        Work(
            engine: "assemblyai", model: "universal-2", audio: 3_600,
            features: [.sentiment, .entities, .topics, .summary, .chapters, .highlights, .moderation, .redaction, .profanity], dollars: "0.76"),
        // 30 min × (0.21 + 0.05).
        Work(engine: "assemblyai", model: "universal-3-pro", audio: 1_800, features: [.terms], dollars: "0.13"),
        // 6 min × (0.15 + 0.04 + 0.12).
        Work(engine: "assemblyai", model: "universal-streaming-english", open: 360, audio: 300, features: [.terms, .speakers], dollars: "0.031"),
        // 1 h × (0.45 + 0.12 + 0.15); terms are included.
        Work(engine: "assemblyai", model: "universal-3-6-pro", open: 3_600, audio: 9, features: [.terms, .speakers, .medical], dollars: "0.72"),
        Work(engine: "soniox", model: "stt-rt-v5", open: 3_600, audio: 9, features: [.terms, .speakers], dollars: "0.12"),
        // Add-ons that are billed by tokens, or by no rule that a page states.
        Work(engine: "deepgram", model: "nova-3", audio: 3_600, features: [.summary], dollars: "0.258", unknown: [.summary]),
        Work(engine: "deepgram", model: "nova-3", open: 600, audio: 60, features: [.chapters], dollars: "0.048", unknown: [.chapters]),
        Work(engine: "assemblyai", model: "universal-3-5-pro", audio: 3_600, features: [.understanding], dollars: "0.21", unknown: [.understanding]),
        Work(
            engine: "assemblyai", model: "universal-3-6-pro", open: 3_600, audio: 60, features: [.redaction], dollars: "0.45", unknown: [.redaction]),
    ]

    @Test(arguments: works) func `has the vendor's price of each add-on`(work: Work) throws {
        let billed = BilledWork(
            by: EngineName(work.engine), model: work.model, isLive: work.open != nil, features: work.features, audio: .seconds(work.audio),
            connected: work.open.map { .seconds($0) })
        let day = try #require(UnixTime(rfc3339: "2026-12-01"))
        #expect(PriceTable.standard.cost(of: billed, at: day) == USDollars(work.dollars))
        #expect(PriceTable.standard.unknownAddOns(of: billed, at: day) == work.unknown)
    }

    /// The models that Harken asks when nobody names one.
    @Test(arguments: [
        ("deepgram", "nova-3", true), ("deepgram", "flux-general-en", true), ("deepgram", "nova-3", false),
        ("assemblyai", "universal-3-5-pro", true), ("assemblyai", "universal-3-6-pro", true), ("assemblyai", "universal-streaming-english", true),
        ("assemblyai", "universal-streaming-multilingual", true), ("assemblyai", "universal-3-5-pro", false), ("soniox", "stt-rt-v5", true),
        ("soniox", "stt-async-v5", false), ("speechmatics", "enhanced", true), ("speechmatics", "linden-1", true),
        ("speechmatics", "enhanced", false),
        ("openai", "gpt-live-transcribe", true), ("openai", "whisper-1", false), ("openai", "gpt-4o-transcribe", true),
        ("openai", "gpt-4o-mini-transcribe", true), ("openai", "gpt-4o-transcribe-diarize", false),
    ])
    func `has a price for each default model, read in the 180 days before the review`(engine: String, model: String, isLive: Bool) throws {
        let reviewed = try #require(PriceTable.standard.reviewed)
        let rate = try #require(
            PriceTable.standard.valid(at: reviewed).first {
                $0.engine == EngineName(engine) && $0.model == model && $0.isLive == isLive && $0.addOn == nil
            })
        #expect(rate.perHour != nil && !rate.source.isEmpty)
        #expect(reviewed - rate.checked <= PriceTable.maxAge, "\(rate.checked)")
    }
}

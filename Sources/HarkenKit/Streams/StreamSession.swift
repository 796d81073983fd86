import Continuity
import Net
import Sessions
import Speakers
import Speech
import Tracing
import Vendors
import VoiceTracking

/// The part of a stream that runs on its loop: gives the session the audio, and forwards the session's events.
final class StreamSession: SessionObserver {
    /// Maximum audio that is kept. The session asks its client to pause from five minutes on; this limit is for clients that go on sending.
    private static let maxKept: Duration = .seconds(330)

    private let loop: Loop
    private let tell: @Sendable (StreamEvent) -> Void
    private let rate: SampleRate
    private var options: TranscriptionOptions
    private var narrator: StreamNarrator
    private let journal: StreamJournal
    private var run: SessionDriver?
    private var hasSaidFull = false
    private var converter: RateConverter
    private let engines: Set<EngineName>
    /// Engines that have rejected the stream for good.
    private var rejecting: Set<EngineName> = []
    /// The rate of the last audio that could not be converted.
    private var unusableRate: SampleRate?
    /// Tells the speakers of words by their voices; nil: the engines' own labels are shown.
    private var labeling: SpeakerLabeling?
    private let tracer: Tracer?
    /// Trace of the session; nil when tracing is off.
    private var trace: SessionTrace?

    init(
        engines: EngineSet, options: TranscriptionOptions, context: VendorConnector, repairs: RepairQueue, tracer: Tracer?,
        tell: @escaping @Sendable (StreamEvent) -> Void
    ) {
        self.options = options
        self.tell = tell
        self.engines = Set(engines.engines.map(\.name))
        loop = context.loop
        rate = options.sampleRate
        converter = RateConverter(to: options.sampleRate)
        let labelers = engines.labelers
        // No voice is listened to where all engines label words.
        let voices = options.tellsSpeakersApart && !engines.engines.allSatisfy { labelers.contains($0.name) } ? engines.voices : nil
        journal = StreamJournal(rate: rate, keepsVoices: voices != nil)
        self.tracer = tracer
        trace = tracer?.begin(under: options.caller, at: loop.now).map {
            SessionTrace(.init(model: options.model, rate: options.sampleRate), root: $0)
        }
        narrator = StreamNarrator(rate: rate, engine: engines.first, language: options.language, now: loop.now)
        let run = SessionDriver(engines.request(options, repairs: repairs), connector: context, journal: journal, observer: self)
        self.run = run
        labeling = voices.map { voices in
            SpeakerLabeling(
                voices, rule: SpeakerRule(), patience: WaitingSpeech.standardPatience, labelers: labelers, channels: 1, rate: rate, loop: loop,
                audio: { [journal] range, _ in journal.samples(range) }, deliver: { [weak self] in self?.show($0) })
        }
        run.start()
    }

    /// Takes whole samples at the stream's rate, behind those of another rate that still wait in the converter.
    func push(_ audio: RawSpan) {
        let rest = converter.finish()
        if !rest.isEmpty { take(rest.span.bytes) }
        take(audio)
    }

    /// Gives audio to the session. Drops audio while the limit is exceeded.
    private func take(_ audio: RawSpan) {
        guard let run else { return }
        if journal.length > Self.maxKept {
            if !hasSaidFull { tell(.problem(.overfull)) }
            hasSaidFull = true
            return
        }
        hasSaidFull = false
        guard run.takesAudio, !audio.isEmpty else { return }
        trace?.received(through: run.received + SampleCount(audio.byteCount / 2), now: loop.now)
        if run.push(audio) != nil { narrator.pushed(through: run.received, now: loop.now) }
    }

    /// Takes samples of any rate.
    func push(_ samples: [Int16], at source: SampleRate) {
        guard let converted = converter.convert(samples, from: source) else {
            if unusableRate != source { tell(.problem(.unusableRate(source))) }
            unusableRate = source
            return
        }
        unusableRate = nil
        take(converted.span.bytes)
    }

    func flush() { run?.flush() }

    func forceEndpoint() { run?.command(.finalize) }

    func userStarted() { narrator.userStarted(now: loop.now).forEach(tell) }

    func userStopped() {
        narrator.userStopped(now: loop.now)
        if options.forcesEndpointWhenUserStops { forceEndpoint() }
    }

    func update(_ options: TranscriptionOptions) {
        let change = self.options.change(to: options)
        self.options = options
        run?.command(.update(change))
    }

    func finish() {
        let rest = converter.finish()
        take(rest.span.bytes)
        run?.command(.finish)
    }

    func cancel() { run?.command(.abandon) }

    // MARK: - Calls from the session

    func observe(_ notice: SessionNotice) {
        switch notice {
        case .event(let event): hear(event)
        case .engine(let engine, .session(let session)): tell(.session(engine, session))
        case .engine(let engine, .message(let text)): tell(.message(engine, text))
        case .engine(_, .creditsLow(let remaining)): tell(.creditsLow(remaining))
        case .engine(let engine, .complaint(let complaint)): tell(.problem(.complaint(engine, complaint)))
        case .engine(let engine, .sessionEnded(let end)): tell(.sessionEnded(engine, end))
        case .messageSkipped(let engine, let problem): tell(.problem(.unreadableMessage(engine, problem)))
        case .attemptEnded(let attempt, _):
            if let span = trace?.ran(attempt) { tracer?.take([span]) }
            if attempt.kind == .stream, let error = attempt.error { lost(attempt.engine, error) }
        // A new stream has the change.
        case .engine(_, .changeRefused): break
        // A stream has no gate, and its journal bounds what waits.
        case .fact, .attemptBegan, .counted, .gateFailed, .paused, .heard, .judged, .decided, .hidden, .userSpeaks: break
        }
    }

    /// Tells of a lost engine. When no engine is left that has not rejected the stream, the stream's end tells the reason.
    private func lost(_ engine: EngineName, _ error: EngineError) {
        if error.isRejection {
            rejecting.insert(engine)
            guard rejecting != engines else { return }
        }
        tell(.problem(.connectionLost(engine, error)))
    }

    private func hear(_ event: SessionEvent) {
        if trace != nil { traced(event) }
        if let labeling { labeling.take(event) } else { show(event) }
    }

    private func show(_ event: SessionEvent) {
        narrator.tell(event, now: loop.now).forEach(tell)
        if case .ended = event { run = nil }
    }

    private func traced(_ event: SessionEvent) {
        var model: String?
        if case .commit(let commit) = event { model = run?.model(of: commit.engine) }
        if let spans = trace?.heard(event, model: model, now: loop.now) { tracer?.take(spans) }
    }
}

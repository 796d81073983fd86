import Speech

/// One channel of a live stream on the listening thread: its samples, voice detector, machine, the questions that are being answered, and its interims.
/// Turns audio, commands and answers into events.
///
/// The machine takes windows of audio and commands in their order. An answer that comes late delays what follows, and never changes it.
final class LiveListener {
    private struct Job {
        let cancel: @Sendable () -> Void
        /// Number of the pause that an end-of-turn model judges.
        let pause: Int
        /// True for a draft reading.
        let isDraft: Bool
    }

    private let channel: ChannelIndex
    private let answers: any AnswerService
    private let lateness: EngineError
    private let post: @Sendable (ChannelAnswer) -> Void
    private var machine: LiveMachine
    private var timeline: StreamTimeline
    private var detector: any VoiceDetector
    private var ring = SampleRing()
    private var jobs: [LiveQuestion: Job] = [:]
    private var interims: LiveInterims
    /// The interim that is being read; nil: none.
    private var reading: (id: Int, cancel: @Sendable () -> Void, since: Instant)?
    /// The search for the times of an interim; nil: there is none.
    private var placing: (question: LiveQuestion, cancel: @Sendable () -> Void)?
    private var emptied = EmptiedTexts()
    private var starvation = Starvation()
    /// Number of pauses so far.
    private var pauses = 0
    /// The position through which all was decided, as it was told last.
    private var decided = SampleIndex.zero
    /// Minimum audio between two positions that are told where no words become final.
    private static let decidedPeriod = SampleCount(.milliseconds(500), at: .speech)
    private var isOver = false

    /// - Parameters:
    ///   - lateness: the reason for which the stream is closed when answers cannot keep up.
    ///   - post: passes an answer on to `take`. Called on any thread.
    init(
        _ channel: ChannelIndex, _ input: StreamInput, _ options: StreamOptions, _ detector: any VoiceDetector, _ answers: any AnswerService,
        lateness: EngineError, post: @escaping @Sendable (ChannelAnswer) -> Void
    ) {
        self.channel = channel
        self.detector = detector
        self.answers = answers
        self.lateness = lateness
        self.post = post
        timeline = StreamTimeline(input)
        machine = LiveMachine(
            LiveCore(
                channel: channel, timing: answers.timing(options), terms: answers.terms(options), findsLanguage: answers.findsLanguage),
            backlog: SampleCount(Starvation.backlog, at: .speech))
        interims = LiveInterims(answers.interimTiming(options), areWanted: options.interims)
    }

    // MARK: Audio

    /// Takes samples at the stream's rate.
    func hear(_ samples: [Float], _ act: (ChannelAction) -> Void) throws { try listen(to: timeline.append(samples), act) }

    /// Takes the samples that the resampler still holds, so that the channel has heard all audio sent so far.
    func drain(_ act: (ChannelAction) -> Void) throws { try listen(to: timeline.drain(), act) }

    private func listen(to samples: [Float], _ act: (ChannelAction) -> Void) throws {
        ring.append(samples[...])
        starvation.heard(through: ring.end, at: answers.clock())
        var windows: [LiveCore.Input] = []
        try detector.append(samples.span) { windows.append(.window(probability: $0, power: $1)) }
        for window in windows {
            take(window, act)
            readNext()
        }
        ring.forget(before: machine.neededFrom)
        tellStarvation(act)
    }

    private func tellStarvation(_ act: (ChannelAction) -> Void) {
        let isWaiting = machine.waitingCount > 0
        guard !isOver, starvation.isToBeTold(behind: machine.core.position, isWaiting: isWaiting, at: answers.clock()) else { return }
        act(.event(.notice(.complaint(.starved))))
    }

    // MARK: Commands and answers

    /// Uses new options from here on.
    func update(_ options: StreamOptions, _ act: (ChannelAction) -> Void) {
        interims.timing = answers.interimTiming(options)
        take(.timing(answers.timing(options)), act)
        take(.terms(answers.terms(options)), act)
    }

    /// Makes final all audio that was heard.
    func finalize(_ act: (ChannelAction) -> Void) { take(.finalize(ring.end), act) }
    /// Notes that no more audio comes.
    func finish(_ act: (ChannelAction) -> Void) { take(.finish(ring.end), act) }

    private func take(_ input: LiveCore.Input, _ act: (ChannelAction) -> Void) {
        guard !isOver else { return }
        run(machine.take(input), act)
    }

    /// Takes an answer that the channel's work has posted.
    func take(_ answer: ChannelAnswer, _ act: (ChannelAction) -> Void) {
        switch answer {
        case .answered(let question, .success(let answer)):
            guard let job = jobs.removeValue(forKey: question) else { return }
            answers.settle(answer)
            if job.isDraft { drafted(question, answer, act) }
            if case .words(let audio, _, _) = question, !job.isDraft || machine.core.mayCut(by: question) {
                emptied.read(audio, complaint(answer, audio), window: machine.core.window?.start)
            }
            if case .completeness(let probability?) = answer { act(.hearing(.turn(channel, pause: job.pause, probability: probability))) }
            run(machine.answer(question, answer), act)
        case .answered(let question, .failure(let error)):
            // Finals end before the question's audio: the session knows what is missing.
            if jobs.removeValue(forKey: question) != nil { act(.failed(error)) }
        case .read(let id, let outcome): read(id, outcome, act)
        case .placed(let question, let times):
            // A search that was cancelled may have found its times all the same.
            guard placing?.question == question else { return }
            placing = nil
            if let words = interims.placed(question, times, machine.core) { act(.event(timeline.event(.interim(words)))) }
        }
    }

    /// Returns the reason why a reading of audio has no words; nil: it has words, or nobody spoke.
    private func complaint(_ answer: LiveAnswer, _ audio: SampleRange) -> EngineComplaint? {
        if case .words(_, found: .unknown?) = answer { return .unknownLanguage }
        if case .words(let words, _) = answer, !words.isEmpty { return nil }
        return answers.isEmptied(audio) ? .emptied : nil
    }

    // MARK: Work

    private func run(_ actions: [LiveMachine.Action], _ act: (ChannelAction) -> Void) {
        for action in actions where !isOver {
            switch action {
            case .event(.engine(let event), let position):
                if case .final(let final, _) = event {
                    if !final.words.isEmpty { tellDecided(position, act) }
                    interims.sent()
                    if let gap = emptied.gap(final) { act(.event(.notice(.complaint(gap)))) }
                }
                act(.event(timeline.event(event)))
            case .event(.paused(let speech), _):
                pauses += 1
                act(.hearing(.speech(channel, timeline.range(speech), pause: pauses)))
            case .event(.heard, _): continue
            case .ask(let question): ask(question)
            case .drop(let question): jobs.removeValue(forKey: question)?.cancel()
            case .finished:
                if let speech = machine.core.unpausedSpeech { act(.hearing(.speech(channel, timeline.range(speech), pause: nil))) }
                act(.finished)
            case .fellBehind: act(.failed(lateness))
            }
        }
        guard !isOver else { return }
        show(interims.heard(machine.core), act)
        if !interims.isReading { dropReading() }
        if machine.core.position - decided >= Self.decidedPeriod { tellDecided(machine.core.position, act) }
    }

    private func tellDecided(_ position: SampleIndex, _ act: (ChannelAction) -> Void) {
        decided = position
        act(.hearing(.decided(channel, through: timeline.position(position))))
    }

    private func ask(_ question: LiveQuestion) {
        let isDraft = question == machine.core.awaitedDraft, mayWait = isDraft || question == machine.core.cutTimes
        let cancel = answers.answer(question, ring.copy(question.audio), mayWait: mayWait) { [post] in post(.answered(question, $0)) }
        jobs[question] = Job(cancel: cancel, pause: pauses, isDraft: isDraft)
        if isDraft {
            interims.asked(forDraft: question)
        } else if case .words = question {
            interims.asked()
        }
    }

    // MARK: Interims

    /// Begins to read the next interim if it is due. While a question waits for its answer, there is none: finals come first.
    private func readNext() {
        guard !isOver, machine.waitingCount == 0, let request = interims.next(machine.core) else { return }
        let cancel = answers.read(request, ring.copy(request.audio)) { [post] in post(.read(id: request.id, $0)) }
        reading = (request.id, cancel, answers.clock())
    }

    private func read(_ id: Int, _ outcome: Result<SegmentResult, EngineError>, _ act: (ChannelAction) -> Void) {
        guard let begun = reading, begun.id == id else { return }
        reading = nil
        switch answers.settle(outcome) {
        case .success(let result):
            let took = SampleCount(answers.clock() - begun.since, at: .speech)
            if let words = interims.read(id, result, took: took, machine.core) { act(.event(timeline.event(.interim(words)))) }
            readNext()
        case .failure(let error): act(.failed(error))
        }
    }

    /// Shows the words of a draft reading as an interim. A draft reading without words is no gap, unless the window is cut by it.
    private func drafted(_ question: LiveQuestion, _ answer: LiveAnswer, _ act: (ChannelAction) -> Void) {
        if case .words(let words, _) = answer { show(interims.drafted(question, words, machine.core), act) }
    }

    private func show(_ heard: LiveInterims.Heard?, _ act: (ChannelAction) -> Void) {
        switch heard {
        case .interim(let words)?: act(.event(timeline.event(.interim(words))))
        case .place(let question)?: place(question)
        case nil: break
        }
    }

    /// Finds the times of an interim. The core asks for them too, but not so soon, and its questions wait for nothing.
    private func place(_ question: LiveQuestion) {
        placing?.cancel()
        let cancel = answers.answer(question, ring.copy(question.audio), mayWait: false) { [post] outcome in
            if case .success(.times(let times)) = outcome { post(.placed(question, times)) }
        }
        placing = (question, cancel)
    }

    private func dropReading() {
        reading?.cancel()
        reading = nil
    }

    /// Cancels all work. The channel begins no more.
    func cancelWork() {
        isOver = true
        for job in jobs.values { job.cancel() }
        jobs = [:]
        placing?.cancel()
        placing = nil
        dropReading()
    }
}

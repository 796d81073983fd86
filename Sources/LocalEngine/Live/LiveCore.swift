package import Speech

/// Decides what the words of one channel of live audio are, and when they become final. Pure: windows of audio, commands and answers in, events out.
///
/// Every decision falls at a position in the audio, and rests on answers that depend on the audio alone. The same audio and commands therefore always
/// give the same events. All positions are in samples at 16 kHz.
///
/// A pause is not an end: the open window is read again at each pause, and the words before an earlier pause leave when both sides of it were read
/// together. Wrong words at a pause are never forced into a later reading: the audio of committed words is heard again, and the words behind it are
/// found by comparing words.
package struct LiveCore: Sendable {
    package enum Input: Sendable, Equatable {
        /// The next window of audio: the probability of speech, and the mean of the samples' squares.
        case window(probability: Float, power: Float)
        /// New rules for pauses and turns.
        case timing(LiveTiming)
        /// The number of the list of key terms that are put into finals; nil: none.
        case terms(Int?)
        /// Make final all audio up to this position, which lies less than a window behind the last window. A sound that has only begun may be too
        /// short to be read: it stays open.
        case finalize(SampleIndex)
        /// No more audio comes behind this position, which lies less than a window behind the last window.
        case finish(SampleIndex)

        /// True for audio, false for a command.
        var isWindow: Bool { if case .window = self { true } else { false } }
    }

    package enum Event: Sendable, Equatable {
        case engine(EngineEvent)
        /// Speech has paused. The speech began after the pause before.
        case paused(SampleRange)
        /// Words of the open window as they were read at a pause, with the audio of the window: words to show until the final comes.
        case heard([LiveWord], in: SampleRange)
    }

    let channel: ChannelIndex
    package internal(set) var timing: LiveTiming
    /// The number of the list of key terms; nil: there are none.
    package internal(set) var terms: Int?
    /// True if nobody named the stream's language: each window tells its own.
    let findsLanguage: Bool
    /// Code of the language of the last final that told one; nil: none did.
    package internal(set) var former: String?
    var detector: SpeechDetector
    /// Powers of the latest windows, up to `position`.
    var powers: [Float] = []
    /// End of the audio that finals cover.
    package internal(set) var through = SampleIndex.zero
    /// Start of the audio that the next window may read.
    var covered = SampleIndex.zero
    /// The open window; nil: nobody speaks.
    var window: OpenWindow?
    var known = KnownWords()
    var boundary = FinalBoundary()
    var history = PauseHistory()
    /// Start of the first speech that the end-of-turn model hears; nil: speech has not begun.
    var turnStart: SampleIndex?
    var turn = LiveTurn()
    /// Start of the speech that has not paused; nil when nobody speaks.
    var spokenFrom: SampleIndex?
    package internal(set) var hasFinished = false
    var events: [Event] = []

    /// Maximum audio that the end-of-turn model hears.
    static let turnMemory = SampleCount(8 * 16_000)

    package init(channel: ChannelIndex = .first, timing: LiveTiming, terms: Int? = nil, findsLanguage: Bool = false) {
        self.channel = channel
        self.timing = timing
        self.terms = terms
        self.findsLanguage = findsLanguage
        detector = SpeechDetector(timing.detection)
    }

    /// End of the last window.
    package var position: SampleIndex { detector.position }

    /// Start of the audio that may still be needed.
    package var neededFrom: SampleIndex {
        var first = (detector.soundSince ?? position) - timing.lead
        if let start = known.start { first = min(first, start) }
        if let window { first = min(first, window.start, (window.pause?.judgedTo ?? position) - Self.turnMemory) }
        return max(.zero, first)
    }

    /// Questions that are likely to be asked soon. To answer them early saves time and changes nothing. A core whose step misses an answer has those of
    /// the step.
    package var foreseen: Set<LiveQuestion> {
        guard let window else { return [] }
        var questions: Set<LiveQuestion> = []
        if let question = window.awaitedDraft { questions.insert(question) }
        if let question = readingAlone(of: window) { questions.insert(question) }
        if let question = cutTimes { questions.insert(question) }
        let mayLeaveEarly = history.allowsEarly(timing.history) && timing.completeness < 1
        if mayLeaveEarly, let judgedTo = window.pause?.judgedTo { questions.insert(.completeness(turnAudio(through: judgedTo))) }
        guard let pause = window.pause, let reading = pause.reading, !reading.words.isEmpty else {
            if mayLeaveEarly, !timing.readingsAreDear { questions.formUnion(pastTimes(in: window)) }
            return questions
        }
        let leavesSoon = mayLeaveEarly || position - pause.silent >= timing.early
        guard let count = leavesSoon ? reading.words.count : sentenceEnd(window, pause, reading)?.1 else { return questions }
        let parts = timedParts(of: reading.words, in: window, through: reading.timedTo, speechEnd: pause.end)
        questions.formUnion(self.questions(aboutFirst: count, in: parts))
        guard let terms, isEnglish(reading.words) else { return questions }
        // A second look puts terms into more audio. A sentence leaves before.
        let isReadAgain = leavesSoon && awaitsSecondLook(pause, reading) && sentenceEnd(window, pause, reading) == nil
        if !isReadAgain {
            questions.insert(.terms(list: terms, of: reading.words.map(\.text), in: SampleRange(window.start, reading.end)))
        }
        return questions
    }

    /// The questions about the times of the words at the window's last pause behind which speech goes on: the final will need the answers.
    private func pastTimes(in window: OpenWindow) -> [LiveQuestion] {
        guard let past = window.pauses.last(where: { !$0.words.isEmpty }), isEnglish(past.words) else { return [] }
        let parts = timedParts(of: past.words, in: window, through: past.timedTo, speechEnd: past.end)
        return questions(aboutFirst: past.words.count, in: parts)
    }

    /// True if the sound has just ended, so that a pause is likely to be read soon. Quiet speech behind loud speech counts as sound again once it has lasted
    /// as long as the detector takes to report a pause.
    var mayPauseSoon: Bool {
        guard let window, window.pause == nil else { return false }
        let silence = position - window.soundEnd
        let isFresh = silence >= SampleCount(2 * 512) && silence <= timing.hangover + timing.detection.minimumSilence
        return detector.silentSince != nil || isFresh
    }

    /// True if the end-of-turn model may be asked about the present pause at a later window.
    var mayBeJudged: Bool {
        guard let pause = window?.pause else { return false }
        return pause.judgedTo == nil && timing.completeness < 1 && history.allowsEarly(timing.history)
    }

    /// The question about the turn that a step at this window asks; nil: the pause has not lasted long enough.
    var judgment: LiveQuestion? {
        guard mayBeJudged, let pause = window?.pause, position - pause.silent >= timing.judgment else { return nil }
        return .completeness(turnAudio(through: position))
    }

    /// Speech that has not paused; nil when nobody speaks.
    package var unpausedSpeech: SampleRange? { spokenFrom.map { SampleRange($0, position) } }

    /// The question for the words of the window alone, where a step reads its pause together with committed words: both readings are made at once, for
    /// where the words do not fit. nil: the step reads no pause, it begins with this question, or it waits for a draft.
    private func readingAlone(of window: OpenWindow) -> LiveQuestion? {
        guard known.start != nil, !findsLanguage, !timing.readingsAreDear, window.awaitedDraft == nil, let pause = window.pause,
            isDue(pause, after: position - pause.silent), isSpeech(SampleRange(window.speech, pause.end))
        else { return nil }
        return questionAlone(of: window, through: min(pause.end + timing.tail, position))
    }

    // MARK: Inputs

    /// Hears the next window of audio, as in `Input.window`, and returns what is heard in it. That needs no answer; `apply` then takes the steps that are
    /// due.
    package mutating func hear(probability: Float, power: Float) -> [Event] {
        guard !hasFinished else { return [] }
        let event = detector.add(probability)
        remember(power)
        let end = position
        window?.hear(power, through: end, silentShare: timing.silentShare)
        switch event {
        case .started(let start): started(at: start)
        case .ended(let end): paused(at: end)
        case nil: break
        }
        history.passed(position)
        defer { events.removeAll() }
        return events
    }

    /// Takes an input, and returns what happens. A window has been heard before. Without an answer that the input needs, the state is undefined: apply the
    /// input to a copy.
    package mutating func apply(_ input: Input, _ answers: LiveAnswers) throws(MissingAnswer) -> [Event] {
        guard !hasFinished else { return [] }
        switch input {
        case .window: if window != nil { try judgeWindow(answers) } else { passSilence() }
        case .timing(let timing):
            self.timing = timing
            detector.configuration = timing.detection
        case .terms(let list): terms = list
        case .finalize(let end): try finalize(max(end, position), answers)
        case .finish(let end): try finish(max(end, position), answers)
        }
        defer { events.removeAll() }
        return events
    }

    private mutating func remember(_ power: Float) {
        let kept = Int((timing.cutLength + timing.cutDelay).samples / VoiceActivity.window.samples) + 64
        if powers.count >= 2 * kept { powers.removeFirst(kept) }
        powers.append(power)
    }

    // MARK: Beginnings and pauses

    private mutating func started(at start: SampleIndex) {
        history.resumed(at: start)
        spokenFrom = start
        guard var open = window else {
            emit(.speechStarted(channel, at: max(start, through)))
            return openWindow(speech: start)
        }
        if let pause = open.pause, let reading = pause.reading {
            let past = OpenWindow.PastPause(
                end: pause.end, silent: pause.silent, words: reading.words, read: reading.end, timedTo: reading.timedTo, resumed: start)
            open.pauses.append(past)
            if !past.words.isEmpty { open.lastRead = past }
        }
        open.pause = nil
        window = open
    }

    mutating func openWindow(speech: SampleIndex) {
        let start = max(covered, speech - timing.lead)
        if let first = known.start, speech - known.end > timing.contextGap || start - first > timing.contextLength { known.forget() }
        window = OpenWindow(start: start, speech: speech)
        turnStart = turnStart ?? speech
        turn.goesOn()
    }

    private mutating func paused(at detected: SampleIndex) {
        let began = spokenFrom
        spokenFrom = nil
        guard let open = window else { return }
        let end = max(detected, open.start)
        let silent = min(end, max(end - timing.hangover, open.soundEnd))
        window?.pause = OpenWindow.Pause(end: end, silent: silent)
        history.paused(at: silent)
        events.append(.paused(SampleRange(min(began ?? silent, silent), silent)))
    }

    // MARK: Steps

    /// Takes the steps that are due in the open window.
    private mutating func judgeWindow(_ answers: LiveAnswers) throws(MissingAnswer) {
        guard let open = window else { return }
        guard var pause = open.pause else {
            if let draft = cuttingDraft(of: open) { return try judgeCut(open, draft, answers) }
            guard position - open.start < timing.cutLength else {
                return try cutWithoutPause(withDraft(open, answers), through: position, answers)
            }
            try hearLanguage(open, answers)
            return try readDraft(answers)
        }
        let silence = position - pause.silent, late = timing.lateLimit(after: history)
        if pause.judgedTo == nil, silence >= timing.judgment {
            pause.judgedTo = position
            window?.pause = pause
        }
        if isDue(pause, after: silence), isSpeech(SampleRange(open.speech, pause.end)) {
            try readPause(withDraft(open, answers), pause, answers)
            try sendSentences(answers)
        }
        guard let open = window, let pause = open.pause else { return }
        guard let reading = pause.reading else {
            if silence >= late { dropWindow(silent: pause.silent) }
            return
        }
        guard silence >= timing.early else { return }
        if silence < late { guard try isEnd(pause, reading, answers) else { return } }
        try commit(open, pause, reading, answers)
    }

    /// Reads the open window at its pause. A second reading without words takes none of the first one's.
    private mutating func readPause(_ open: OpenWindow, _ pause: OpenWindow.Pause, _ answers: LiveAnswers) throws(MissingAnswer) {
        let end = min(pause.end + timing.tail, position)
        let found: ReadWords
        if let first = pause.reading, !first.words.isEmpty {
            found = try words(of: open, through: end, answers)
            guard !found.own.isEmpty else {
                window?.pause?.reading?.isSecond = true
                return
            }
        } else {
            found = try read(open, through: end, answers)
        }
        // nil also where words of an earlier reading have left: no committed words are heard again behind them.
        if let again = found.again { window?.heardAgain = again }
        try fixLanguage(through: end, answers)
        window?.pause?.reading = pause.reading?.second(words: found.own, end: end) ?? .init(words: found.own, end: end)
        if let window, !found.own.isEmpty { events.append(.heard(found.own, in: SampleRange(window.start, end))) }
    }

    /// True if the window has to be read at the pause now.
    private func isDue(_ pause: OpenWindow.Pause, after silence: SampleCount) -> Bool {
        guard let reading = pause.reading else { return silence >= timing.look }
        guard let again = timing.lookAgain, silence >= again, isDoubtful(reading) else { return false }
        return min(pause.end + timing.tail, position) > reading.end
    }

    /// True if the window will be read again at the pause, unless speech goes on before, or a command ends the pause.
    private func awaitsSecondLook(_ pause: OpenWindow.Pause, _ reading: OpenWindow.Pause.Reading) -> Bool {
        guard let again = timing.lookAgain, again <= timing.lateLimit(after: history) else { return false }
        return isDoubtful(reading) && pause.end + timing.tail > reading.end
    }

    /// True if the reading is that of a first look, and its last words are not sure. A second reading by the model for other languages is too dear.
    private func isDoubtful(_ reading: OpenWindow.Pause.Reading) -> Bool {
        !reading.isSecond && isEnglish(reading.words) && !isSure(reading)
    }

    /// True if the last words of the reading are sure.
    private func isSure(_ reading: OpenWindow.Pause.Reading) -> Bool {
        reading.words.suffix(timing.sureWords).allSatisfy { $0.confidence >= timing.sure }
    }

    /// True if `range` is long enough to be speech: behind a cut there may be only the rest of a sound.
    func isSpeech(_ range: SampleRange) -> Bool { range.count >= timing.detection.minimumSpeech }

    /// Returns the audio of the turn that the end-of-turn model hears.
    func turnAudio(through end: SampleIndex) -> SampleRange {
        SampleRange(max(turnStart ?? end, end - Self.turnMemory, .zero), end)
    }

    /// True if the pause is an end of the turn by the sound, the words and the stream's history.
    private func isEnd(
        _ pause: OpenWindow.Pause, _ reading: OpenWindow.Pause.Reading, _ answers: LiveAnswers
    ) throws(MissingAnswer) -> Bool {
        guard history.allowsEarly(timing.history), timing.completeness < 1, let judgedTo = pause.judgedTo, isSure(reading) else { return false }
        return try answers.completeness(turnAudio(through: judgedTo)) ?? 0 > timing.completeness
    }

    /// Drops sound that was no speech.
    private mutating func dropWindow(silent: SampleIndex) {
        covered = max(covered, position - timing.lead)
        window = nil
        turnStart = nil
        turn.paused(at: silent, probability: nil)
    }

    /// Ends the turn, or covers silence, where nobody speaks.
    private mutating func passSilence() {
        if turn.isOver(at: position, timing) { endTurn() }
        // Speech from here on is too far from the committed words.
        if (detector.soundSince ?? position) - known.end > timing.contextGap { known.forget() }
        guard position - through >= timing.silencePeriod + timing.silenceMargin else { return }
        let end = min(position - timing.silenceMargin, (detector.soundSince ?? position) - timing.lead)
        if end > through { cover(through: end, .pause) }
    }

    mutating func endTurn() {
        if turn.hasWords { emit(.turnEnded(channel, at: through)) }
        turn = LiveTurn()
    }

    mutating func emit(_ event: EngineEvent) { events.append(.engine(event)) }
}

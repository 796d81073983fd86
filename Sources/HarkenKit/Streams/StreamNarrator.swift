import Speech

/// Turns the events of a session into the events of a stream: gathers commits into turns, and computes usage and metrics.
///
/// A value without I/O.
struct StreamNarrator: Sendable {
    private let rate: SampleRate
    private let began: Instant
    private let first: EngineName
    private let language: LanguageTag?
    private var turn: [Word] = []
    private var turnStart: SampleIndex?
    private var turnEngine: EngineName
    private var committedThrough: SampleIndex = .zero
    /// Start of the audio that no `usage` event has reported yet.
    private var usedThrough: SampleIndex = .zero
    private var isSpeaking = false
    private var firstWordsAt: Instant?
    private var stoppedAt: Instant?
    private var pushed = ArrivalTimes()

    init(rate: SampleRate, engine: EngineName, language: LanguageTag?, now: Instant) {
        self.rate = rate
        self.language = language
        first = engine
        turnEngine = engine
        began = now
    }

    mutating func pushed(through end: SampleIndex, now: Instant) { pushed.add(end, now) }

    /// Notes that the program's own voice detector heard speech.
    mutating func userStarted(now: Instant) -> [StreamEvent] { speechStarted(at: pushed.end) }

    mutating func userStopped(now: Instant) { stoppedAt = now }

    mutating func tell(_ event: SessionEvent, now: Instant) -> [StreamEvent] {
        switch event {
        case .ready: return [.opened]
        case .flushed: return []
        case .speechStarted(_, let at): return speechStarted(at: at)
        case .interim(let hypothesis):
            guard !hypothesis.words.isEmpty else { return [] }
            let began = speechStarted(at: hypothesis.words.first?.range.start ?? hypothesis.range.start)
            firstWordsAt = firstWordsAt ?? now
            return began + [.interim(transcription(turn + hypothesis.words, turnEngine))]
        case .commit(let commit): return committed(commit, now)
        case .turnEnded(_, let at): return endTurn(at: at, now)
        case .gap(_, let range, let error):
            committedThrough = max(committedThrough, range.end)
            usedThrough += range.count
            return [.problem(.notRecognized(start: time(range.start), end: time(range.end), error))]
        case .ended(let end):
            let last = endTurn(at: committedThrough, now)
            let termination = Termination(
                audio: end.received.duration(at: rate), session: began.duration(to: now), error: end.error == .cancelled ? nil : end.error)
            return last + [.terminated(termination)]
        }
    }

    private mutating func speechStarted(at: SampleIndex) -> [StreamEvent] {
        guard !isSpeaking else { return [] }
        isSpeaking = true
        turnStart = at
        return [.startOfSpeech(at: time(at))]
    }

    private mutating func committed(_ commit: Commit, _ now: Instant) -> [StreamEvent] {
        committedThrough = max(committedThrough, commit.range.end)
        pushed.forget(before: turnStart ?? commit.range.start)
        var events: [StreamEvent] = []
        if let word = commit.words.first {
            events += speechStarted(at: word.range.start)
            turnEngine = commit.engine
            turn += commit.words
        }
        if commit.endsTurn { return events + endTurn(at: commit.words.last?.range.end ?? commit.range.end, now) }
        if commit.reason == .pause, !commit.words.isEmpty { events.append(.preflight(transcription(turn, turnEngine))) }
        return events
    }

    private mutating func endTurn(at: SampleIndex, _ now: Instant) -> [StreamEvent] {
        var events: [StreamEvent] = []
        if !turn.isEmpty { events.append(.final(transcription(turn, turnEngine))) }
        if isSpeaking || !turn.isEmpty { events.append(.endOfSpeech(at: time(turn.last?.range.end ?? at))) }
        if !events.isEmpty, committedThrough > usedThrough {
            events.append(.usage(audio: (committedThrough - usedThrough).duration(at: rate)))
            usedThrough = committedThrough
        }
        if !turn.isEmpty { events.append(.metrics(metrics(now))) }
        turn = []
        turnStart = nil
        isSpeaking = false
        firstWordsAt = nil
        stoppedAt = nil
        return events
    }

    private func metrics(_ now: Instant) -> StreamMetrics {
        let start = turnStart.flatMap { pushed.time(of: $0) }
        let end = stoppedAt ?? turn.last.flatMap { pushed.time(of: $0.range.end) }
        return StreamMetrics(
            engine: turnEngine, timeToFirstByte: start.flatMap { start in firstWordsAt.map { start.duration(to: $0) } },
            processingTime: end.map { max($0.duration(to: now), .zero) })
    }

    private func transcription(_ words: [Word], _ engine: EngineName) -> Transcription {
        Transcription(
            text: words.text,
            words: words.map {
                TimedWord(
                    text: $0.text, start: time($0.range.start), end: time($0.range.end), confidence: $0.confidence, speaker: $0.speaker)
            },
            language: words.lazy.compactMap(\.language).first ?? language,
            confidence: words.isEmpty ? 0 : words.reduce(0) { $0 + $1.confidence } / Float(words.count),
            start: time(words.first?.range.start ?? committedThrough), end: time(words.last?.range.end ?? committedThrough), engine: engine)
    }

    private func time(_ index: SampleIndex) -> Duration { (index - .zero).duration(at: rate) }
}

package import Speech

/// Turns one channel of live audio into interims, finals and turns. Pure: probabilities of speech, results and commands in, actions out. The driver
/// keeps the audio itself. All positions are in samples at 16 kHz.
///
/// Speech opens a segment. While speech goes on, the segment is recognised repeatedly for interims, one request at a time. When speech pauses, the
/// segment is recognised at once, so that the final is ready when the pause has lasted long enough. Finals leave through a queue, in order, and tile
/// the stream.
package struct UtteranceMachine: Sendable {
    package enum Action: Sendable, Equatable {
        case event(EngineEvent)
        case recognize(SegmentRequest)
        /// The result of this request is not needed any more.
        case cancel(Int)
        /// Judge whether the turn is complete. The turn's last speech ends with `audio`; `judged` takes the answer. `speech` has paused; it began after
        /// the pause before.
        case judge(id: Int, audio: SampleRange, speech: SampleRange)
        /// Finals cover all audio, and all commands are answered.
        case finished
        /// Recognition cannot keep up. The stream ends, and finals do not cover all of its audio.
        case fellBehind
    }

    let channel: ChannelIndex
    private(set) var timing: StreamTiming
    let wantsInterims: Bool

    /// End of the audio that was received.
    package internal(set) var received = SampleIndex.zero
    /// End of the audio that finals cover.
    package internal(set) var through = SampleIndex.zero
    var detector: SpeechDetector
    /// Probability of speech in each window since `probabilityOrigin`; kept while a segment is open.
    var probabilities: [Float] = []
    var probabilityOrigin = SampleIndex.zero
    var segment: OpenSegment?
    var queue: [QueuedItem] = []
    var outstanding: SegmentRequest?
    /// The latest final words, in order: each segment's audio and tokens.
    var recent: [(audio: SampleRange, tokens: [Token])] = []
    /// Time that the last interim took.
    var took = SampleCount.zero
    var turn = TurnState()
    /// Punctuation where the next final follows the last one.
    var punctuation = BoundaryPunctuation()
    /// Start of the speech that has not paused; nil when nobody speaks.
    var spokenFrom: SampleIndex?
    /// True if words of the turn were sent as final.
    var turnHasWords = false
    var lastID = 0
    var hasFinished = false
    var actions: [Action] = []

    package init(channel: ChannelIndex, timing: StreamTiming, wantsInterims: Bool) {
        self.channel = channel
        self.timing = timing
        self.wantsInterims = wantsInterims
        detector = SpeechDetector(timing.detection)
    }

    /// Start of the audio that may still be needed.
    package var neededFrom: SampleIndex {
        var first = min((detector.soundSince ?? detector.position) - timing.lead, received - Self.turnMemory)
        if let segment { first = min(first, segment.audioStart - timing.contextLength) }
        for item in queue {
            if case .segment(let closed) = item { first = min(first, closed.audio.start - timing.contextLength) }
        }
        return max(.zero, first)
    }

    /// Speech that has not paused; nil when nobody speaks.
    package var unpausedSpeech: SampleRange? { spokenFrom.map { SampleRange($0, max($0, detector.position)) } }

    /// Maximum audio that the end-of-turn model hears.
    static let turnMemory = SampleCount(8 * 16_000)

    // MARK: Events

    /// Takes more audio, by its length.
    package mutating func receive(_ count: SampleCount) -> [Action] {
        guard !hasFinished else { return [] }
        received += count
        if received - through > timing.backlog, !queue.isEmpty {
            hasFinished = true
            return [.fellBehind]
        }
        return []
    }

    /// Takes the voice detector's result for the next window of received audio: the probability of speech, and the mean of the samples' squares.
    package mutating func heard(_ probability: Float, power: Float) -> [Action] {
        guard !hasFinished else { return [] }
        if segment != nil { probabilities.append(probability) }
        let event = detector.add(probability)
        segment?.hear(power, through: detector.position, timing)
        switch event {
        case .started(let start): speechStarted(at: start)
        case .ended(let end): speechPaused(at: end)
        case nil: break
        }
        timePassed()
        return taken()
    }

    /// Takes the result of a request.
    ///
    /// - Parameter took: time from the request to the result, as a length of audio.
    package mutating func recognized(_ id: Int, _ result: SegmentResult, took: SampleCount) -> [Action] {
        guard !hasFinished, let request = outstanding, request.id == id else { return [] }
        outstanding = nil
        switch request.purpose {
        case .interim: interim(result, of: request, took: took)
        case .final: final(result, of: request, took: took)
        case .cut: cut(result, of: request)
        }
        timePassed()
        return taken()
    }

    /// Takes the answer to `judge`: the probability, 0…1, that the turn is complete.
    package mutating func judged(_ id: Int, _ probability: Float) -> [Action] {
        guard !hasFinished else { return [] }
        turn.judged(id, probability)
        if segment?.pause?.judgment == id { segment?.pause?.completeness = probability }
        for (index, item) in queue.enumerated() {
            guard case .segment(var closed) = item, closed.pause?.judgment == id else { continue }
            closed.pause?.completeness = probability
            queue[index] = .segment(closed)
        }
        timePassed()
        return taken()
    }

    /// Sets new rules for pauses and turns from here on.
    package mutating func update(_ timing: StreamTiming) -> [Action] {
        guard !hasFinished else { return [] }
        self.timing = timing
        detector.configuration = timing.detection
        timePassed()
        return taken()
    }

    /// Makes final all audio that was received.
    package mutating func finalize() -> [Action] {
        guard !hasFinished else { return [] }
        if segment != nil {
            closeSegment(reason: .flush, coverage: received)
            // Words from here on belong to another turn, even when the voice does not pause.
            turn.reset()
            if detector.isSpeaking { openSegment(speechStart: received) }
        } else {
            cover(through: received, reason: .pause)
            if turn.isOpen {
                queue.append(.turnEnded)
                turn.reset()
            }
            queue.append(.flushed)
        }
        timePassed()
        return taken()
    }

    /// Notes that no more audio comes.
    package mutating func finish() -> [Action] {
        guard !hasFinished else { return [] }
        if segment != nil {
            closeSegment(reason: .endOfAudio, coverage: received)
        } else if covered < received {
            queue.append(.silence(through: received, .endOfAudio))
        } else if turn.isOpen {
            queue.append(.turnEnded)
        }
        turn.reset()
        queue.append(.finished)
        timePassed()
        return taken()
    }

    // MARK: Steps

    private mutating func taken() -> [Action] {
        defer { actions.removeAll(keepingCapacity: true) }
        return actions
    }

    mutating func event(_ event: EngineEvent) { actions.append(.event(event)) }

    /// Takes the steps that are due at this position, in order of importance.
    private mutating func timePassed() {
        confirmPause()
        endTurn()
        splitWhenTooLong()
        sendQueue()
        requestNext()
        coverSilence()
    }

    /// End of the audio that the queued items cover.
    var covered: SampleIndex {
        for item in queue.reversed() {
            switch item {
            case .segment(let closed): return closed.coverage
            case .silence(let end, _): return end
            case .speechStarted, .turnEnded, .flushed, .finished: continue
            }
        }
        return through
    }

    mutating func cover(through end: SampleIndex, reason: FinalReason) {
        if covered < end { queue.append(.silence(through: end, reason)) }
    }

    private mutating func coverSilence() {
        guard segment == nil, queue.isEmpty, detector.position - through >= timing.silencePeriod + timing.silenceMargin else { return }
        let end = min(detector.position - timing.silenceMargin, (detector.soundSince ?? detector.position) - timing.lead)
        guard end > through else { return }
        cover(through: end, reason: .pause)
        sendQueue()
    }
}

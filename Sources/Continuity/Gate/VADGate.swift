package import Speech

/// Decides which audio engines hear: speech, a little audio before it and some silence after it.
///
/// The gate takes the probability of speech window by window. All lengths are lengths of audio, not of elapsed time. The same windows always give the
/// same passages, whatever the sizes of the frames in which the audio came. If an end-of-turn model is used, the passages also depend on the window
/// before which each answer of the model comes.
package struct VADGate: Sendable {
    package struct Rule: Sendable, Equatable {
        /// A window is speech above this probability.
        package var threshold: Float
        /// Length of the audio before the first window of speech that goes on with the speech.
        package var preRoll: Duration
        /// Length of the silence after the last window of speech that goes on with the speech.
        package var hangover: Duration
        /// Hangover after a turn that the end-of-turn model did not call complete; nil when there is no such model.
        package var unfinished: Duration?
        /// Length of silence after which the speech before it may be made final and the end-of-turn model is asked; once in each hangover.
        package var pause: Duration
        /// Amount of loud audio without any speech, since the beginning, after which the gate is no longer trusted.
        package var doubt: Duration
        /// Amount of loud audio without speech, after earlier speech, beyond which loud audio counts as speech until there is speech again: the gate
        /// may not hear a voice. Much longer than `doubt`, because the gate has heard speech, and loud audio between two conversations is usually
        /// noise.
        package var laterDoubt: Duration

        package init(
            threshold: Float = 0.65, preRoll: Duration = .milliseconds(300), hangover: Duration = .seconds(4),
            unfinished: Duration? = nil, pause: Duration = .milliseconds(300), doubt: Duration = .seconds(30), laterDoubt: Duration = .seconds(300)
        ) {
            self.threshold = threshold
            self.preRoll = preRoll
            self.hangover = hangover
            self.unfinished = unfinished
            self.pause = pause
            self.doubt = doubt
            self.laterDoubt = laterDoubt
        }
    }

    package enum Event: Sendable, Equatable {
        /// Speech has begun, or may have begun: audio goes on from this place.
        case opened(at: SampleIndex)
        /// There has been no speech for `pause`; the speaker may go on.
        case paused(at: SampleIndex)
        /// There has been no speech for the whole hangover: audio stops at this place.
        case closed(at: SampleIndex)
        /// All audio from this place on goes on, to the end: there was loud audio and never speech, or the speech detector failed.
        case doubted(at: SampleIndex)
    }

    private enum State: Sendable, Equatable {
        case silence
        case speech
        case hangover(isSettled: Bool)
        /// Everything goes on.
        case off
    }

    private let rule: Rule
    private let preRoll: SampleCount
    private let hangover: SampleCount
    /// Length of the hangover after a turn that may go on.
    private let longHangover: SampleCount
    private let pause: SampleCount
    private let doubt: SampleCount
    private let laterDoubt: SampleCount
    private var state = State.silence
    /// End of the last speech, or of the last audio that may have been speech.
    private var lastSpeech: SampleIndex?
    private var hasHeardSpeech = false
    /// The speech that has not been taken yet; nil when there is none.
    private var spoken: SampleRange?
    /// The place of the pause in the current hangover.
    private var pausedAt: SampleIndex?
    private var isTurnOver = false
    /// Amount of loud audio that was withheld since the last speech.
    private var doubtful = SampleCount.zero
    package private(set) var passages: Passages
    package private(set) var savings = Savings()

    /// Amounts of audio that the gate has judged and that it has kept from engines.
    package struct Savings: Sendable, Equatable {
        package var speech = SampleCount.zero
        package var silence = SampleCount.zero
        /// Audio that the gate withheld.
        package var withheld = SampleCount.zero
        /// Loud audio that the gate withheld.
        package var withheldLoud = SampleCount.zero

        package init() {}

        /// All audio that the gate has judged.
        package var heard: SampleCount { speech + silence }
    }

    package init(_ rule: Rule = Rule(), rate: SampleRate) {
        self.rule = rule
        preRoll = SampleCount(rule.preRoll, at: rate)
        hangover = SampleCount(rule.hangover, at: rate)
        longHangover = SampleCount(max(rule.hangover, rule.unfinished ?? .zero), at: rate)
        pause = SampleCount(rule.pause, at: rate)
        doubt = SampleCount(rule.doubt, at: rate)
        laterDoubt = SampleCount(rule.laterDoubt, at: rate)
        passages = Passages(preRoll: SampleCount(rule.preRoll, at: rate))
    }

    /// True if all audio goes on, whether or not it has speech.
    package var isOff: Bool { state == .off }

    /// Takes the next window.
    ///
    /// - Parameters:
    ///   - range: the window's place; begins where the window before it ended.
    ///   - probability: the probability of speech; nil: not known yet, and the window goes on.
    ///   - isLoud: true if the window has energy.
    package mutating func add(_ range: SampleRange, probability: Float?, isLoud: Bool) -> Event? {
        guard let probability else {
            defer { passages.decide(through: range.end) }
            return decide(range, isSpeech: true)
        }
        let isSpeech = probability > rule.threshold
        if isSpeech {
            (hasHeardSpeech, doubtful) = (true, .zero)
            spoken = SampleRange(spoken?.start ?? range.start, range.end)
        }
        let event = decide(range, isSpeech: isSpeech || isLoud && hasHeardSpeech && doubtful >= laterDoubt)
        passages.decide(through: range.end)
        if isSpeech { savings.speech += range.count } else { savings.silence += range.count }
        if state == .silence {
            savings.withheld += range.count
            if isLoud { savings.withheldLoud += range.count }
        }
        guard state == .silence, isLoud else { return event }
        doubtful += range.count
        return hasHeardSpeech || doubtful < doubt ? event : turnOff(at: range.end)
    }

    /// Takes the speech since the last call, from its first window to its last one; nil when there was none. Pauses between two calls are part of the
    /// speech, so that a caller who wants them calls at each pause.
    package mutating func takeSpeech() -> SampleRange? {
        defer { spoken = nil }
        return spoken
    }

    /// Takes the end-of-turn model's answer for the pause at `pause`. An answer for an earlier pause is ignored.
    package mutating func judged(isOver: Bool, at pause: SampleIndex) { if pausedAt == pause { isTurnOver = isOver } }

    /// Lets all audio from `position` on through, to the end, because the speech detector has failed.
    package mutating func fail(at position: SampleIndex) { _ = turnOff(at: position) }

    private mutating func turnOff(at position: SampleIndex) -> Event? {
        guard state != .off else { return nil }
        if state == .silence { passages.open(at: position - preRoll) }
        state = .off
        passages.decideAll()
        return .doubted(at: position)
    }

    private mutating func decide(_ range: SampleRange, isSpeech: Bool) -> Event? {
        if isSpeech { (lastSpeech, pausedAt, isTurnOver) = (range.end, nil, false) }
        switch (state, isSpeech) {
        case (.off, _), (.silence, false): return nil
        case (.silence, true):
            state = .speech
            passages.open(at: range.start - preRoll)
            return .opened(at: range.start)
        case (.speech, true), (.hangover, true):
            state = .speech
            return nil
        case (.speech, false), (.hangover, false):
            let silence = range.end - (lastSpeech ?? range.start)
            var isSettled = if case .hangover(let isSettled) = state { isSettled } else { false }
            if silence > (rule.unfinished == nil || isTurnOver ? hangover : longHangover) {
                state = .silence
                passages.close(at: range.start)
                return .closed(at: range.start)
            }
            let pauses = !isSettled && silence >= pause
            if pauses { (isSettled, pausedAt) = (true, range.end) }
            state = .hangover(isSettled: isSettled)
            return pauses ? .paused(at: range.end) : nil
        }
    }
}

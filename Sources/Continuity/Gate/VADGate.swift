package import Speech

/// Decides which audio engines hear: speech, somewhat before it and some silence after it.
///
/// Takes the probability of speech window by window; all lengths are of audio, never of time that passes. Pure: the same windows always give the same
/// passages, whatever pieces the audio came in. Where somebody tells whether turns are over, it counts too before which window that was told.
package struct VADGate: Sendable {
    package struct Rule: Sendable, Equatable {
        /// A window is speech above this probability.
        package var threshold: Float
        /// Audio before the first window of speech that goes along with it.
        package var preRoll: Duration
        /// Silence that goes along after the last window of speech.
        package var hangover: Duration
        /// Hangover after a turn that the end-of-turn model did not call complete; nil when there is no such model.
        package var unfinished: Duration?
        /// Silence after which what was said may be made final, and it is asked whether the turn is over; once in each hangover.
        package var pause: Duration
        /// Loud audio without any speech, from the beginning on, after which the gate is not trusted any more.
        package var doubt: Duration
        /// Loud audio without speech, after there was some, behind which what is loud counts as speech until there is some again: there may be a voice
        /// that the gate does not hear. Much longer, for it does hear some, and what is loud between two conversations is noise more often.
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
        /// Speech has begun, or may have: audio goes on from here.
        case opened(at: SampleIndex)
        /// Nothing has been said for a while; the speaker may go on.
        case paused(at: SampleIndex)
        /// It has been silent for long: audio stops here.
        case closed(at: SampleIndex)
        /// Everything goes on from here, to the end: sound is there, and never speech.
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
    /// After a turn that may go on.
    private let longHangover: SampleCount
    private let pause: SampleCount
    private let doubt: SampleCount
    private let laterDoubt: SampleCount
    private var state = State.silence
    /// The end of it, or of what may have been.
    private var lastSpeech: SampleIndex?
    private var hasHeardSpeech = false
    /// The place of the pause in the current hangover.
    private var pausedAt: SampleIndex?
    private var isTurnOver = false
    /// Amount of loud windows that were withheld since the last speech.
    private var doubtful = SampleCount.zero
    package private(set) var passages: Passages
    package private(set) var savings = Savings()

    /// Amounts of audio that the gate has told apart and has kept from engines.
    package struct Savings: Sendable, Equatable {
        package var speech = SampleCount.zero
        package var silence = SampleCount.zero
        /// Not sent on.
        package var withheld = SampleCount.zero
        /// Not sent on although it was loud.
        package var withheldLoud = SampleCount.zero

        package init() {}

        /// All that was told apart.
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

    /// True if everything goes on, whatever is heard.
    package var isOff: Bool { state == .off }

    /// Takes the next window.
    ///
    /// - Parameters:
    ///   - range: its place; begins where the one before ended.
    ///   - probability: the probability of speech; nil: nobody can tell yet, and the window goes on.
    ///   - isLoud: true if there is energy in the window.
    package mutating func add(_ range: SampleRange, probability: Float?, isLoud: Bool) -> Event? {
        guard let probability else {
            defer { passages.decide(through: range.end) }
            return decide(range, isSpeech: true)
        }
        let isSpeech = probability > rule.threshold
        if isSpeech { (hasHeardSpeech, doubtful) = (true, .zero) }
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

    /// It was found out whether the turn was over at a pause. Of a pause that is over nothing follows.
    package mutating func judged(isOver: Bool, at pause: SampleIndex) { if pausedAt == pause { isTurnOver = isOver } }

    /// Lets everything through from `position` on, to the end: what tells speech from silence does not work.
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

import Speech

/// The answers that a leg's engine owes, and the last one that it gave: the facts by which the engine's silence is judged.
struct LegAnswers: Sendable {
    /// Time since which the engine owes an answer: it was sent speech or told to finish, and has said nothing since. nil: it owes none.
    private(set) var owesSince: Instant?
    /// Time since which the driver checks if the unanswered audio has speech; nil: the driver does not check.
    private(set) var suspectedSince: Instant?
    /// End of the unanswered audio in which nobody speaks.
    private(set) var noiseThrough: SampleIndex = .zero
    /// True if the engine's last words are not final.
    private(set) var hasOpenWords = false
    /// The time of the last answer, or of the leg's opening; nil: the leg has not opened.
    private(set) var last: Instant?
    /// The end of the audio that had been sent when the engine last said something, or began to owe an answer.
    private var sentAtLast: SampleIndex = .zero
    private let rate: SampleRate

    init(rate: SampleRate) { self.rate = rate }

    /// True if the engine owes an answer, or has to make its last words final.
    var areAwaited: Bool { owesSince != nil || hasOpenWords }

    /// Notes that the engine takes audio from now on.
    mutating func begin(sentThrough end: SampleIndex, now: Instant) {
        last = now
        sentAtLast = end
    }

    /// Notes that the engine owes an answer.
    mutating func owe(sentThrough end: SampleIndex, now: Instant) {
        guard owesSince == nil else { return }
        owesSince = now
        sentAtLast = end
    }

    /// Notes that the engine has said something.
    ///
    /// - Parameters:
    ///   - owesMore: true if the engine owes another answer.
    ///   - areFinal: true if the engine's words are final; nil: the engine said no words.
    mutating func answered(sentThrough end: SampleIndex, owesMore: Bool, areFinal: Bool?, now: Instant) {
        begin(sentThrough: end, now: now)
        owesSince = owesMore ? now : nil
        suspectedSince = nil
        if let areFinal { hasOpenWords = !areFinal }
    }

    /// Marks the audio that was sent as needing no answer.
    mutating func forgive() {
        owesSince = nil
        suspectedSince = nil
    }

    /// Marks the sent audio up to `end` as noise that needs no answer.
    mutating func forgive(noiseThrough end: SampleIndex) {
        noiseThrough = end
        forgive()
    }

    /// Marks the engine as suspected of a stall.
    mutating func suspect(now: Instant) { suspectedSince = now }

    /// Counts the engine's silence only for as long as the audio that it was sent in that time, because it waited for more audio until now.
    mutating func countSentOnly(sentThrough end: SampleIndex, now: Instant) {
        let silent: Instant = now - (end - sentAtLast).duration(at: rate)
        owesSince = owesSince.map { max($0, silent) }
        last = last.map { max($0, silent) }
    }

    /// Returns the duration of audio that the engine must still be sent before its silence of `limit` counts as a stall. An engine waits for the next
    /// audio, and a client may pause in the middle of a word.
    ///
    /// - Parameter end: the end of the sent audio; nil: the engine must answer without more audio.
    func lacks(for limit: Duration, sentThrough end: SampleIndex?) -> Duration {
        guard let end else { return .zero }
        return max(.zero, limit - (end - sentAtLast).duration(at: rate))
    }

    /// Returns the time when the engine is called stalled; nil: no answer is awaited.
    ///
    /// - Parameters:
    ///   - limit: the maximum time for which the engine may say nothing.
    ///   - check: the maximum time of the driver's check for speech.
    ///   - end: the end of the sent audio; nil: the engine must answer without more audio.
    func nextStall(after limit: Duration, check: Duration, sentThrough end: SampleIndex?, now: Instant) -> Instant? {
        var next = owesSince.map { max($0 + limit, now + lacks(for: limit, sentThrough: end)) }
        if let suspectedSince { next = next.map { max($0, suspectedSince + check) } }
        if hasOpenWords, let last {
            let limit = limit + limit + limit
            let time = max(last + limit, now + lacks(for: limit, sentThrough: end))
            next = min(next ?? time, time)
        }
        return next
    }
}

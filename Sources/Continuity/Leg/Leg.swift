package import Speech

/// One live connection of a session to a streaming engine: the audio that the engine was sent, and the audio that the engine has answered.
///
/// The session drops a leg whose engine closed it. A value without I/O. Positions in arguments and results are the session's; the engine itself
/// counts from the leg's `origin`.
package struct Leg: Sendable {
    package enum State: Sendable, Equatable {
        /// Audio waits in the journal. → open, failed
        case connecting
        /// → draining, failed
        case open
        /// The engine was told that no more audio comes. → failed
        case draining
        /// The leg is given up and is sent nothing more. What the engine still says counts while its words are wanted.
        case failed
    }

    /// Limits on the audio that a leg may be sent.
    package struct Limits: Sendable, Equatable {
        /// Maximum seconds of audio per second; nil: no limit.
        package var pace: Double?
        /// Maximum amount of audio ahead of the engine's last answer; nil: no limit. Bounds what an engine in this process must hold.
        package var unanswered: SampleCount?

        package init(pace: Double? = nil, unanswered: SampleCount? = nil) {
            self.pace = pace
            self.unanswered = unanswered
        }
    }

    package let id: LegID
    /// The leg's place among the present legs. Another leg may have the place later.
    package let slot: Int
    package let engine: EngineName
    /// The session's channels that this leg covers, in the order in which they are interleaved in its audio.
    package let channels: Range<Int>
    /// The session sample that is the engine's sample 0.
    package private(set) var origin: SampleIndex
    package private(set) var state: State = .connecting
    /// End of the audio that was sent.
    package private(set) var sentThrough: SampleIndex
    /// End of the audio that the engine has accounted for, by an interim at least.
    package private(set) var heardThrough: SampleIndex

    /// True if the leg's words are never shown and never committed.
    package let isShadow: Bool
    private let rate: SampleRate
    private let limits: Limits
    /// The pace limit, once the leg is open; nil if the engine's pace is not limited.
    private var pace: Pace?
    /// The time when the engine was asked to open.
    package private(set) var askedAt: Instant?
    package private(set) var openedAt: Instant?
    /// The time when the engine was told that no more audio comes.
    private(set) var drainingSince: Instant?
    private(set) var failedAt: Instant?
    /// Time from the request to open to the engine's first words; nil: there were no words.
    package private(set) var firstAnswer: Duration?
    /// The longest wait for words whose audio the engine had been sent; nil: there were no such words.
    package private(set) var slowest: Duration?
    /// The answers that the engine owes and has given.
    private(set) var answers: LegAnswers
    /// Channels that the engine has made final to the end, after it was told to finish.
    private var ended: Set<Int> = []
    /// End of the audio that the engine has made final in each channel.
    private var finalThrough: [SampleIndex]
    /// Ends of finals that reached beyond the sent audio, by channel: `said` is the engine's end, `taken` the end that the session used.
    private var clipped: [Int: (said: SampleIndex, taken: SampleIndex)] = [:]
    /// End of the audio that `take` may count as sent without asking for a new allowance.
    private var allowedThrough: SampleIndex = .zero
    /// Commands that wait for the audio before them to be sent first.
    private var queued: [(position: SampleIndex, command: EngineCommand)] = []
    /// Position of each finalize that is not answered in all channels: the end of the audio that the finalize is about.
    private var finalizes: [SampleIndex] = []
    /// Number of `finalizes` that are answered in each channel.
    private var answered: [Int]
    /// Number of answers of each channel that are ignored, because the leg before this one gave them already.
    private var surplus: [Int]

    package init(
        id: LegID, slot: Int = 0, engine: EngineName, channels: Range<Int>, origin: SampleIndex, rate: SampleRate, limits: Limits,
        isShadow: Bool = false
    ) {
        self.id = id
        self.slot = slot
        self.engine = engine
        self.channels = channels
        self.origin = origin
        self.rate = rate
        self.limits = limits
        self.isShadow = isShadow
        self.sentThrough = origin
        self.heardThrough = origin
        answers = LegAnswers(rate: rate)
        finalThrough = Array(repeating: origin, count: channels.count)
        answered = Array(repeating: 0, count: channels.count)
        surplus = answered
    }

    package var isOpen: Bool { state == .open }

    package var isDraining: Bool { state == .draining }

    /// True if a command waits to be sent to the engine.
    package var hasCommands: Bool { !queued.isEmpty }

    /// True if the engine was told that no more audio comes, or will be told so behind its audio.
    package var isEnding: Bool { isDraining || !queued.isEmpty && queued.contains { $0.command == .finish } }

    package var isFailed: Bool { state == .failed }

    /// Returns true if the engine was told to finish and has since made one of the session's channels final to the end.
    func hasEnded(_ channel: Int) -> Bool { ended.contains(channel) }

    /// True if the engine was told to finish, and has made final all the audio that it was sent.
    var hasSaidAll: Bool { isDraining && finalThrough.allSatisfy { $0 >= sentThrough } }

    /// True if the leg was sent all audio and commands, or is sent nothing more.
    ///
    /// - Parameter end: the end of the received audio.
    func isCaughtUp(received end: SampleIndex) -> Bool { isDraining || isFailed || sentThrough == end && isOpen && !hasCommands }

    /// Returns the number of finalizes, sent or queued, that the engine has not answered in one of the session's channels.
    func unansweredFinalizes(in channel: Int) -> Int { channels.contains(channel) ? finalizes.count - answered[channel - channels.lowerBound] : 0 }

    var isPaced: Bool { limits.pace != nil }

    /// Maximum seconds of audio that the engine takes per second; nil: no limit.
    var pacing: Double? { limits.pace }

    /// Records the time when the engine was asked to open.
    mutating func asked(now: Instant) { askedAt = now }

    /// Gives up the leg: it is sent nothing more.
    mutating func fail(now: Instant) {
        state = .failed
        failedAt = now
        queued = []
    }

    /// Marks the audio that was sent as needing no answer.
    mutating func forgive() { answers.forgive() }

    /// Marks the sent audio up to `end` as noise that needs no answer.
    mutating func forgive(noiseThrough end: SampleIndex) { answers.forgive(noiseThrough: end) }

    /// Marks the leg as suspected of a stall. The leg is stalled if somebody speaks in the audio that it has not answered.
    mutating func suspected(now: Instant) { answers.suspect(now: now) }

    /// The sent audio that the engine has not accounted for, without audio that is known to be noise.
    var unanswered: SampleRange { SampleRange(min(max(heardThrough, answers.noiseThrough), sentThrough), sentThrough) }

    /// True if the engine was told something that must be answered whatever the audio has: a finish or a finalize.
    var mustAnswer: Bool { isDraining || hasFinalizes && finalizes.count > queued.count { $0.command == .finalize } }

    /// True if a finalize, sent or queued, is not answered in all channels.
    var hasFinalizes: Bool { !finalizes.isEmpty }

    /// Moves the leg's beginning to a later place, because another leg covers the audio before it. For a leg that was sent nothing.
    mutating func begin(at start: SampleIndex) {
        origin = start
        sentThrough = start
        heardThrough = start
        finalThrough = Array(repeating: start, count: channels.count)
        for index in queued.indices { queued[index].position = max(queued[index].position, start) }
        for index in finalizes.indices { finalizes[index] = max(finalizes[index], start) }
        pace = nil
        allowedThrough = .zero
    }

    /// Marks the leg as open: the engine takes audio from now on.
    package mutating func opened(now: Instant) {
        guard state == .connecting else { return }
        state = .open
        openedAt = now
        answers.begin(sentThrough: sentThrough, now: now)
        pace = limits.pace.map { Pace($0, rate: rate, from: origin, now: now) }
    }

    /// Counts `range` as sent if it may go straight to the engine: nothing waits before it and no limit holds it back.
    package mutating func take(_ range: SampleRange, now: Instant) -> Bool {
        guard state == .open, range.start == sentThrough, queued.isEmpty else { return false }
        if range.end > allowedThrough {
            let allowance = allowance(now: now)
            guard range.end <= allowance else { return false }
            // One allowance serves several frames, but not so many that a pause among them would count for long.
            allowedThrough = min(allowance, range.end + SampleCount(.milliseconds(250), at: rate))
        }
        sentThrough = range.end
        return true
    }

    /// Returns the next audio to send, at most `most`; nil if none waits or none may be sent now.
    package mutating func nextSend(received end: SampleIndex, most: SampleCount, now: Instant) -> SampleRange? {
        guard state == .open else { return nil }
        var through = min(end, allowance(now: now), sentThrough + most)
        if let first = queued.first { through = min(through, first.position) }
        return through > sentThrough ? SampleRange(sentThrough, through) : nil
    }

    /// Notes that the leg was sent speech and so owes an answer.
    mutating func owes(now: Instant) { answers.owe(sentThrough: sentThrough, now: now) }

    /// Returns the duration of audio that the engine must still be sent before its silence of `limit` counts as a stall. An engine waits for the next
    /// audio, and a client may pause in the middle of a word. An engine that was asked to make everything final needs no more audio.
    func lacks(for limit: Duration) -> Duration { answers.lacks(for: limit, sentThrough: mustAnswer ? nil : sentThrough) }

    /// Returns the time since the audio that begins at `start` was sent, or since the engine began to owe an answer, whichever is less, because audio
    /// that is sent ahead of its time is not waited for. nil: the engine owes no answer.
    func lag(of start: SampleIndex, now: Instant) -> Duration? {
        guard let owesSince = answers.owesSince else { return nil }
        let sent = (sentThrough - start).duration(at: rate) + (failedAt?.duration(to: now) ?? .zero)
        return max(.zero, min(owesSince.duration(to: now), sent))
    }

    /// Records that words came `lag` after their audio.
    ///
    /// - Returns: true if this is the longest lag of the leg so far.
    mutating func lagged(by lag: Duration) -> Bool {
        if let slowest, slowest >= lag { return false }
        slowest = lag
        return true
    }

    /// Notes that the engine has said something.
    ///
    /// - Parameters:
    ///   - isBehind: true if the engine was sent speech behind the audio that it has accounted for.
    ///   - words: the number of words that the engine said, and true if they are final; nil: the engine sent neither an interim nor a final.
    mutating func answered(now: Instant, isBehind: Bool, words: (count: Int, areFinal: Bool)?) {
        let areFinal = words.flatMap { $0.areFinal ? true : $0.count > 0 ? false : nil }
        answers.answered(sentThrough: sentThrough, owesMore: isBehind || isDraining, areFinal: areFinal, now: now)
        if let words, words.count > 0, firstAnswer == nil { firstAnswer = askedAt.map { $0.duration(to: now) } }
    }

    package mutating func sent(through end: SampleIndex) {
        sentThrough = max(sentThrough, end)
    }

    /// Puts `command` behind all audio received so far.
    package mutating func enqueue(_ command: EngineCommand, at position: SampleIndex) {
        queued.append((position, command))
        if command == .finalize { finalizes.append(position) }
    }

    /// Moves queued commands to `end` at the latest, because no audio comes beyond `end`.
    mutating func hurry(to end: SampleIndex) {
        for index in queued.indices { queued[index].position = min(queued[index].position, end) }
    }

    /// Takes over the commands that a dead leg was given and has not carried out.
    mutating func inherit(from dead: Leg) {
        // If one of two channels was answered, that channel will be answered again, and its second answer does not count.
        let counts = channels.map { dead.finalizes.count - dead.unansweredFinalizes(in: $0) }
        let first = counts.min() ?? 0
        for position in dead.finalizes.dropFirst(first) { enqueue(.finalize, at: max(position, origin)) }
        answered = counts.map { $0 - first }
        surplus = answered
        for (position, command) in dead.queued where command != .finalize && command != .keepAlive {
            enqueue(command, at: max(position, origin))
        }
        if dead.isDraining { enqueue(.finish, at: dead.sentThrough) }
    }

    /// Counts an engine's answer to a finalize. Every finalize is answered once in each channel.
    ///
    /// - Returns: false if the answer was counted before.
    private mutating func flushed(_ channel: ChannelIndex) -> Bool {
        let place = session(channel).number - channels.lowerBound
        if surplus[place] > 0 {
            surplus[place] -= 1
            return false
        }
        if answered[place] < finalizes.count { answered[place] += 1 }
        if answered.allSatisfy({ $0 > 0 }) {
            finalizes.removeFirst()
            for place in answered.indices { answered[place] -= 1 }
        }
        return true
    }

    /// Returns the next command, once the audio before it has been sent; nil: none is due.
    package mutating func nextCommand(now: Instant) -> EngineCommand? {
        guard state == .open, let first = queued.first, first.position <= sentThrough else { return nil }
        queued.removeFirst()
        if first.command == .finish || first.command == .finalize {
            // The command may have waited for more audio until now.
            answers.countSentOnly(sentThrough: sentThrough, now: now)
        }
        if first.command == .finish {
            state = .draining
            drainingSince = now
            owes(now: now)
        }
        return first.command
    }

    /// Returns the time when waiting audio may go on being sent, if only time holds it back.
    package func nextAllowance(received end: SampleIndex, now: Instant) -> Instant? {
        guard state == .open, sentThrough < end, let pace else { return nil }
        if let unanswered = limits.unanswered, sentThrough >= heardThrough + unanswered { return nil }
        return max(now, pace.time(of: min(end, sentThrough + SampleCount(.milliseconds(100), at: rate))))
    }

    /// Returns `event` on the session's timeline and with the session's channels; nil if the event says nothing new.
    package mutating func mapped(_ event: EngineEvent) -> EngineEvent? {
        switch event {
        case .opened, .closed, .skipped, .notice: return event
        case .speechStarted(let channel, let at): return .speechStarted(session(channel), at: session(at))
        case .interim(let hypothesis):
            let mapped = session(hypothesis)
            heardThrough = max(heardThrough, mapped.range.end)
            return .interim(mapped)
        case .final(let hypothesis, let reason):
            let mapped = again(hypothesis, session(hypothesis))
            heardThrough = max(heardThrough, mapped.range.end)
            let place = mapped.channel.number - channels.lowerBound
            finalThrough[place] = max(finalThrough[place], mapped.range.end)
            if reason == .endOfAudio, isDraining { ended.insert(mapped.channel.number) }
            return .final(mapped, reason: reason != .flush || flushed(hypothesis.channel) ? reason : .pause)
        case .turnEnded(let channel, let at): return .turnEnded(session(channel), at: session(at))
        case .flushed(let channel):
            return flushed(channel) ? .flushed(session(channel)) : nil
        }
    }

    private mutating func allowance(now: Instant) -> SampleIndex {
        var through = SampleIndex(Int64.max)
        if let unanswered = limits.unanswered { through = heardThrough + unanswered }
        if let paced = pace?.allowance(sent: sentThrough, now: now) { through = min(through, paced) }
        return through
    }

    private func session(_ index: SampleIndex) -> SampleIndex {
        // An engine whose clock runs too fast must not place words where no audio was sent.
        min(max(index + (origin - .zero), origin), max(sentThrough, origin))
    }

    private func session(_ range: SampleRange) -> SampleRange { SampleRange(session(range.start), session(range.end)) }

    private func session(_ channel: ChannelIndex) -> ChannelIndex {
        ChannelIndex(channels.lowerBound + min(max(channel.number, 0), channels.count - 1))
    }

    /// Returns a final that the engine says again after it had reached beyond the sent audio. The final keeps the place that it had the first time.
    private mutating func again(_ said: Hypothesis, _ mapped: Hypothesis) -> Hypothesis {
        let number = mapped.channel.number
        guard let before = clipped[number], said.range.end <= before.said else {
            clipped[number] = said.range.end + (origin - .zero) > mapped.range.end ? (said.range.end, mapped.range.end) : nil
            return mapped
        }
        func bounded(_ range: SampleRange) -> SampleRange { SampleRange(min(range.start, before.taken), min(range.end, before.taken)) }
        var mapped = mapped
        mapped.range = bounded(mapped.range)
        for index in mapped.words.indices { mapped.words[index].range = bounded(mapped.words[index].range) }
        return mapped
    }

    private func session(_ hypothesis: Hypothesis) -> Hypothesis {
        var mapped = hypothesis
        mapped.channel = session(hypothesis.channel)
        mapped.range = session(hypothesis.range)
        if origin != .zero || hypothesis.range.end > sentThrough || mapped.words.contains(where: { $0.range.end > sentThrough }) {
            for index in mapped.words.indices { mapped.words[index].range = session(mapped.words[index].range) }
        }
        return mapped
    }
}

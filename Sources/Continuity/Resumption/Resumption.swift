package import Speech

/// State that a session keeps for a client that may lose its connection and come back: the events that the client has not seen, the audio that the
/// client sends twice, and the time for which the session waits for the client.
///
/// Lasting events of the session are numbered from 1 and kept until the client has seen them. Only the last interim of each channel is kept. A value
/// without I/O.
package struct Resumption: Sendable {
    package struct Rule: Sendable, Equatable {
        /// Maximum time that a session waits for its client.
        package var window: Duration
        /// Maximum number of events kept for a client that does not say what it has seen. Beyond this number the oldest event is dropped, and is
        /// reported as missed.
        package var maxEvents: Int
        /// Maximum number of words in the kept events.
        package var maxWords: Int
        /// Minimum time between two acknowledgements of audio.
        package var interval: Duration

        package init(window: Duration = .seconds(120), maxEvents: Int = 4_096, maxWords: Int = 8_192, interval: Duration = .seconds(1)) {
            self.window = window
            self.maxEvents = maxEvents
            self.maxWords = maxWords
            self.interval = interval
        }
    }

    package struct Numbered: Sendable, Equatable {
        /// The event's number. An interim has the number of the last event before it.
        package var number: Int
        package var event: SessionEvent

        package init(_ number: Int, _ event: SessionEvent) {
            self.number = number
            self.event = event
        }
    }

    /// The answer to a client that comes back.
    package enum Answer: Sendable, Equatable {
        case resumed(Return)
        /// The client was away for too long.
        case expired
        /// The client's request cannot be met. The text says why.
        case rejected(String)
    }

    package struct Return: Sendable, Equatable {
        /// End of the audio that the session has. Audio before it that the client sends again is ignored.
        package var received: SampleIndex
        /// Amount of audio before the client's start that the session never received: it becomes a gap.
        package var missing: SampleCount
        /// The events that the client has not seen, in order.
        package var again: [Numbered]
        /// Numbers of missed events that are not kept any more; nil: there are none.
        package var missed: Range<Int>?
    }

    private enum Client: Sendable {
        /// → gone
        case here
        /// → here, given up
        case gone(since: Instant)
        case givenUp
    }

    private let rule: Rule
    private let rate: SampleRate
    private let earliest: SampleIndex
    private var client = Client.here
    private var kept: [Numbered] = []
    private var keptWords = 0
    /// The number of the last event.
    private var last = 0
    private var interims: [ChannelIndex: Hypothesis] = [:]
    /// Amount of the client's next audio that the session already has.
    private var repeated = SampleCount.zero
    private var acknowledged = SampleIndex.zero
    private var acknowledgedAt: Instant?

    /// - Parameters:
    ///   - earliest: the beginning of the client's audio; before 0 if another gateway had the session until sample 0.
    ///   - repeated: amount of the client's first audio that is to be ignored, because another gateway has recognised it.
    package init(_ rule: Rule = Rule(), rate: SampleRate, earliest: SampleIndex = .zero, repeated: SampleCount = .zero) {
        self.rule = rule
        self.rate = rate
        self.earliest = earliest
        self.repeated = repeated
    }

    package var isClientHere: Bool { if case .here = client { true } else { false } }

    // MARK: - The session's events

    /// Takes an event of the session.
    ///
    /// - Returns: the event that goes to the client now; nil while the client is away.
    package mutating func said(_ event: SessionEvent) -> Numbered? {
        if case .givenUp = client { return nil }
        if case .interim(let guess) = event {
            interims[guess.channel] = guess
        } else {
            if case .commit(let commit) = event { interims[commit.channel] = nil }
            last += 1
            keep(Numbered(last, event))
        }
        return isClientHere ? Numbered(last, event) : nil
    }

    private mutating func keep(_ event: Numbered) {
        kept.append(event)
        keptWords += event.words
        var gone = 0
        while kept.count - gone > rule.maxEvents || keptWords > rule.maxWords, gone < kept.count - 1 {
            keptWords -= kept[gone].words
            gone += 1
        }
        kept.removeFirst(gone)
    }

    /// Forgets all events through this number: the client has seen them.
    package mutating func saw(_ number: Int) {
        let gone = kept.firstIndex { $0.number > number } ?? kept.count
        for event in kept[..<gone] { keptWords -= event.words }
        kept.removeFirst(gone)
    }

    // MARK: - The client's audio

    /// Counts audio of the client.
    ///
    /// - Returns: the amount at the beginning of the audio that the session already has.
    package mutating func repeated(of count: SampleCount) -> SampleCount {
        let known = min(repeated, count)
        repeated = repeated - known
        return known
    }

    /// Takes the end of the durable audio.
    ///
    /// - Parameters:
    ///   - end: the end of the durable audio, which the client need not send again.
    ///   - repeats: true if an end that was reported is reported again.
    /// - Returns: the end of the durable audio that is to be reported to the client now; nil: no report now.
    package mutating func durable(through end: SampleIndex, repeats: Bool = false, now: Instant) -> SampleIndex? {
        guard isClientHere, end > acknowledged || (repeats && end == acknowledged) else { return nil }
        if let before = acknowledgedAt, before + rule.interval > now { return nil }
        acknowledged = end
        acknowledgedAt = now
        return end
    }

    // MARK: - Breaks

    /// Records that the client's connection is gone.
    package mutating func lost(now: Instant) { if case .here = client { client = .gone(since: now) } }

    /// The time when the client is given up, if the client does not come back.
    package var deadline: Instant? { if case .gone(let since) = client { since + rule.window } else { nil } }

    /// Gives up a client that has been away for too long.
    ///
    /// - Returns: true if the client has just been given up.
    package mutating func timePassed(now: Instant) -> Bool {
        guard let deadline, deadline <= now else { return false }
        client = .givenUp
        kept = []
        interims = [:]
        return true
    }

    /// Resumes the session with a client that is back. The loss of the client's old connection may not have been noticed yet.
    ///
    /// - Parameters:
    ///   - start: the place where the client's audio goes on.
    ///   - seen: the number of the last event that the client saw; 0: none.
    ///   - received: the end of the session's audio.
    package mutating func resume(at start: SampleIndex, seen: Int, received: SampleIndex, now: Instant) -> Answer {
        _ = timePassed(now: now)
        if case .givenUp = client { return .expired }
        guard (0...last).contains(seen) else { return .rejected("The last event has the number \(last).") }
        guard start >= earliest else { return .rejected("Audio goes on at a sample from 0 on.") }
        let missing = max(.zero, start - received)
        guard missing <= SampleCount(rule.window, at: rate) else { return .rejected("The session has \(received.samples) samples.") }
        client = .here
        repeated = max(.zero, received - start)
        saw(seen)
        let first = kept.first?.number ?? last + 1
        let latest = interims.sorted { $0.key < $1.key }.map { Numbered(last, .interim($0.value)) }
        return .resumed(
            Return(received: received, missing: missing, again: kept + latest, missed: seen + 1 < first ? seen + 1..<first : nil))
    }
}

extension Resumption.Numbered {
    fileprivate var words: Int { if case .commit(let commit) = event { commit.words.count } else { 0 } }
}

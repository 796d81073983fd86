/// Brings one recording's chunks to the server: oldest first, one at a time, again until they are taken, and says when the conversation is complete.
///
/// Every step can be told from what is on the disk: whoever makes a delivery of the same recording again goes on where it was.
package struct RecordingDelivery: Sendable {
    package enum Action: Sendable, Equatable {
        /// Ask for a conversation.
        case start
        case send(QueuedChunk)
        /// Say that the conversation is complete.
        case finish
        /// Nothing until then, or until something comes.
        case wait(until: ContinuousClock.Instant)
        /// Nothing until something comes.
        case idle
        /// Everything is delivered.
        case done
    }

    /// What cannot be helped by trying again.
    package struct Trouble: Sendable, Equatable {
        package var status: Int
    }

    private enum Step: Equatable {
        case start, send, finish
    }

    package private(set) var conversation: String?
    package private(set) var waiting: [QueuedChunk]
    /// Chunks that the server will never take: they stay on the disk.
    package private(set) var held: [QueuedChunk] = []
    package private(set) var trouble: Trouble?
    private var isComplete: Bool
    private var isFinished = false
    /// What is under way.
    private var step: Step?
    private var failures = 0
    private var notBefore: ContinuousClock.Instant?

    private static let shortestWait: Duration = .milliseconds(250)
    private static let longestWait: Duration = .seconds(30)
    /// Between two tries with a key that is not taken.
    private static let admissionWait: Duration = .seconds(60)

    /// - Parameters:
    ///   - conversation: that was started for it already.
    ///   - waiting: chunks that are not delivered yet, oldest first.
    ///   - isComplete: no more will be recorded.
    package init(conversation: String? = nil, waiting: [QueuedChunk] = [], isComplete: Bool = false) {
        self.conversation = conversation
        self.waiting = waiting
        self.isComplete = isComplete
    }

    package mutating func add(_ chunk: QueuedChunk) { waiting.append(chunk) }

    /// No more is recorded.
    package mutating func complete() { isComplete = true }

    /// What to do now. What it says is under way until `answered`.
    package mutating func next(now: ContinuousClock.Instant) -> Action {
        if isFinished { return .done }
        guard step == nil else { return .idle }
        let wanted: Step
        if let first = waiting.first {
            wanted = conversation == nil ? .start : .send
            if let notBefore, now < notBefore { return .wait(until: notBefore) }
            step = wanted
            return wanted == .start ? .start : .send(first)
        }
        guard isComplete else { return .idle }
        // Nothing was ever said: there is no conversation to be complete.
        guard conversation != nil else {
            isFinished = true
            return .done
        }
        if let notBefore, now < notBefore { return .wait(until: notBefore) }
        step = .finish
        return .finish
    }

    /// What came of the step that is under way.
    ///
    /// - Parameters:
    ///   - conversation: that was started, when that was the step.
    ///   - jitter: 0…1, so that many recorders do not come at once.
    package mutating func answered(_ answer: DeliveryAnswer, conversation started: String? = nil, now: ContinuousClock.Instant, jitter: Double) {
        guard let step else { return }
        self.step = nil
        switch answer {
        case .delivered: delivered(step, started, now: now, jitter: jitter)
        case .unavailable: again(now, after: backoff(jitter))
        case .tryLater(let duration): again(now, after: max(duration, Self.shortestWait))
        case .notAdmitted(let status):
            trouble = Trouble(status: status)
            again(now, after: Self.admissionWait)
        case .refused(let status):
            trouble = Trouble(status: status)
            switch step {
            case .send:
                held.append(waiting.removeFirst())
                settled()
            // The name is taken: another one will not be.
            case .start where status == 409: again(now, after: backoff(jitter))
            case .start: again(now, after: Self.admissionWait)
            // The conversation is as complete as it gets.
            case .finish: isFinished = true
            }
        case .conversationGone:
            switch step {
            // What is left becomes a conversation of its own.
            case .send:
                conversation = nil
                again(now, after: backoff(jitter))
            case .start: again(now, after: Self.admissionWait)
            case .finish: isFinished = true
            }
        }
    }

    private mutating func delivered(_ step: Step, _ started: String?, now: ContinuousClock.Instant, jitter: Double) {
        switch step {
        case .start:
            guard let started, !started.isEmpty else { return again(now, after: backoff(jitter)) }
            conversation = started
        case .send: waiting.removeFirst()
        case .finish: isFinished = true
        }
        trouble = nil
        settled()
    }

    private mutating func settled() {
        failures = 0
        notBefore = nil
    }

    private mutating func again(_ now: ContinuousClock.Instant, after duration: Duration) {
        failures += 1
        notBefore = now + duration
    }

    /// Twice as long after each failure, and up to half as long again.
    private func backoff(_ jitter: Double) -> Duration {
        let doubled = Self.shortestWait * (1 << min(failures, 10))
        return min(doubled, Self.longestWait) * (1 + 0.5 * min(max(jitter, 0), 1))
    }
}

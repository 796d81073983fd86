package import Speech

/// Decides how one recording's chunks are delivered: oldest first, one at a time, repeated until the server takes them. Then it completes the
/// conversation.
///
/// The disk has the state of every step: a new delivery of the same recording continues at the right place.
package struct RecordingDelivery: Sendable {
    package enum Action: Sendable, Equatable {
        /// Ask for a conversation.
        case start
        case send(QueuedChunk)
        /// Report that the conversation is complete.
        case finish
        /// Wait until this time, or until something new comes.
        case wait(until: Instant)
        /// Wait until something new comes.
        case idle
        /// Everything is delivered.
        case done
    }

    /// A problem that another try does not solve.
    package struct Trouble: Sendable, Equatable {
        package var status: Int
    }

    private enum Step: Equatable {
        case start, send, finish
    }

    package private(set) var conversation: String?
    package private(set) var waiting: [QueuedChunk]
    /// Chunks that the server will never take. They stay on the disk.
    package private(set) var held: [QueuedChunk] = []
    package private(set) var trouble: Trouble?
    private var isComplete: Bool
    private var isFinished = false
    /// The step that is under way; nil between steps.
    private var step: Step?
    private var failures = 0
    private var notBefore: Instant?

    private static let shortestWait: Duration = .milliseconds(250)
    private static let maxWait: Duration = .seconds(30)
    /// Time between two tries while the server rejects the key.
    private static let admissionWait: Duration = .seconds(60)

    /// - Parameters:
    ///   - conversation: the conversation that was already started for the recording; nil: none.
    ///   - waiting: chunks that are not delivered yet, oldest first.
    ///   - isComplete: true if the recording has ended.
    package init(conversation: String? = nil, waiting: [QueuedChunk] = [], isComplete: Bool = false) {
        self.conversation = conversation
        self.waiting = waiting
        self.isComplete = isComplete
    }

    package mutating func add(_ chunk: QueuedChunk) { waiting.append(chunk) }

    /// Notes that the recording has ended.
    package mutating func complete() { isComplete = true }

    /// Returns the next action. An action that asks the server is under way until `answered`.
    package mutating func next(now: Instant) -> Action {
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
        // No chunk was ever sent, so there is no conversation to complete.
        guard conversation != nil else {
            isFinished = true
            return .done
        }
        if let notBefore, now < notBefore { return .wait(until: notBefore) }
        step = .finish
        return .finish
    }

    /// Takes the answer to the step that is under way.
    ///
    /// - Parameters:
    ///   - conversation: the conversation that was started, if that was the step.
    ///   - jitter: random number, 0…1, that keeps many recorders from retrying at the same time.
    package mutating func answered(_ answer: DeliveryAnswer, conversation started: String? = nil, now: Instant, jitter: Double) {
        guard let step else { return }
        self.step = nil
        switch answer {
        case .delivered: delivered(step, started, now: now, jitter: jitter)
        case .unavailable: again(now, after: backoff(jitter))
        case .tryLater(let duration): again(now, after: max(duration, Self.shortestWait))
        case .notAdmitted(let status):
            trouble = Trouble(status: status)
            again(now, after: Self.admissionWait)
        case .rejected(let status):
            trouble = Trouble(status: status)
            switch step {
            case .send:
                held.append(waiting.removeFirst())
                settled()
            // The name is taken; the next try uses another name.
            case .start where status == 409: again(now, after: backoff(jitter))
            case .start: again(now, after: Self.admissionWait)
            // The conversation cannot become more complete.
            case .finish: isFinished = true
            }
        case .conversationGone:
            switch step {
            // The remaining chunks go into a new conversation.
            case .send:
                conversation = nil
                again(now, after: backoff(jitter))
            case .start: again(now, after: Self.admissionWait)
            case .finish: isFinished = true
            }
        }
    }

    private mutating func delivered(_ step: Step, _ started: String?, now: Instant, jitter: Double) {
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

    private mutating func again(_ now: Instant, after duration: Duration) {
        failures += 1
        notBefore = now + duration
    }

    /// Returns a wait that doubles after each failure; `jitter` adds up to half of it.
    private func backoff(_ jitter: Double) -> Duration {
        let doubled = Self.shortestWait * (1 << min(failures, 10))
        return min(doubled, Self.maxWait) * (1 + 0.5 * min(max(jitter, 0), 1))
    }
}

/// Decides when the microphone is open, and what becomes of what it hears. Time, disk and microphone are its driver's.
///
/// Whatever is awaited when the user stops, `stop` leaves nothing that could still begin: each step of the start carries the attempt that it belongs to, and
/// answers of another attempt only close what they opened. Of the audio only what was captured before `stop` counts.
package struct RecordingMachine: Sendable {
    /// One attempt to record. Answers of an earlier one mean nothing any more.
    package struct Attempt: Hashable, Sendable {
        fileprivate var number: Int
    }

    package enum Action: Sendable, Equatable {
        /// Make the file that the audio goes to.
        case prepare(Attempt)
        case openMicrophone(Attempt)
        /// Only the one that was opened for this attempt.
        case closeMicrophone(Attempt)
        /// The file of an attempt that never heard anything.
        case discard(Attempt)
        /// The recording is over: make its last chunk, and deliver it.
        case complete(Attempt)
    }

    package enum Failure: Sendable, Equatable {
        /// One sentence.
        case disk(String)
        /// One sentence.
        case microphone(String)
    }

    package enum State: Sendable, Equatable {
        // → preparing
        case idle
        // → opening, idle
        case preparing(Attempt)
        // → running, idle
        case opening(Attempt)
        // → idle
        case running(Attempt)
    }

    package private(set) var state = State.idle
    package private(set) var failure: Failure?
    private var attempts = 0

    package init() {}

    package var isRecording: Bool { if case .running = state { true } else { false } }

    /// The user wants to record. Does nothing when that is under way.
    package mutating func start() -> [Action] {
        guard state == .idle else { return [] }
        attempts += 1
        failure = nil
        let attempt = Attempt(number: attempts)
        state = .preparing(attempt)
        return [.prepare(attempt)]
    }

    /// The file is there.
    package mutating func prepared(_ attempt: Attempt) -> [Action] {
        guard state == .preparing(attempt) else { return [.discard(attempt)] }
        state = .opening(attempt)
        return [.openMicrophone(attempt)]
    }

    /// The microphone is open.
    package mutating func opened(_ attempt: Attempt) -> [Action] {
        guard state == .opening(attempt) else { return [.closeMicrophone(attempt)] }
        state = .running(attempt)
        return []
    }

    /// Whether audio of this attempt is kept.
    package func keeps(_ attempt: Attempt) -> Bool { state == .running(attempt) }

    /// The file, or the microphone, does not work, from the beginning or any more.
    package mutating func failed(_ attempt: Attempt, _ failure: Failure) -> [Action] {
        switch state {
        case .preparing(attempt):
            self.failure = failure
            state = .idle
            return []
        case .opening(attempt):
            self.failure = failure
            state = .idle
            return [.discard(attempt)]
        case .running(attempt):
            self.failure = failure
            state = .idle
            return [.closeMicrophone(attempt), .complete(attempt)]
        case .idle, .preparing, .opening, .running: return []
        }
    }

    /// The user wants no more recorded. When it returns nothing more is kept, and nothing will be.
    package mutating func stop() -> [Action] {
        defer { state = .idle }
        switch state {
        case .idle, .preparing: return []
        // It may be open already, and its answer on the way.
        case .opening(let attempt): return [.closeMicrophone(attempt), .discard(attempt)]
        case .running(let attempt): return [.closeMicrophone(attempt), .complete(attempt)]
        }
    }
}

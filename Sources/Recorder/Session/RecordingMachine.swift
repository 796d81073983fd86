/// Decides when the microphone is open, and what happens to its audio. The driver provides time, disk and microphone.
///
/// After `stop` no pending step can still begin. Each step of the start carries its attempt, and an answer of another attempt only closes what that
/// attempt opened. Only audio that was captured before `stop` counts.
package struct RecordingMachine: Sendable {
    /// One attempt to record. Answers that belong to an earlier attempt are ignored.
    package struct Attempt: Hashable, Sendable {
        fileprivate var number: Int
    }

    package enum Action: Sendable, Equatable {
        /// Create the file for the audio.
        case prepare(Attempt)
        case openMicrophone(Attempt)
        /// Close the microphone that was opened for this attempt, and no other.
        case closeMicrophone(Attempt)
        /// Remove the file of an attempt that never got audio.
        case discard(Attempt)
        /// The recording has ended: make its last chunk, and deliver it.
        case complete(Attempt)
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
    package private(set) var error: RecordingMachineError?
    private var attempts = 0

    package init() {}

    package var isRecording: Bool { if case .running = state { true } else { false } }

    /// Starts an attempt for the user. Does nothing while an attempt is under way.
    package mutating func start() -> [Action] {
        guard state == .idle else { return [] }
        attempts += 1
        error = nil
        let attempt = Attempt(number: attempts)
        state = .preparing(attempt)
        return [.prepare(attempt)]
    }

    /// Notes that the attempt's file exists.
    package mutating func prepared(_ attempt: Attempt) -> [Action] {
        guard state == .preparing(attempt) else { return [.discard(attempt)] }
        state = .opening(attempt)
        return [.openMicrophone(attempt)]
    }

    /// Notes that the attempt's microphone is open.
    package mutating func opened(_ attempt: Attempt) -> [Action] {
        guard state == .opening(attempt) else { return [.closeMicrophone(attempt)] }
        state = .running(attempt)
        return []
    }

    /// Returns true if audio of this attempt is kept.
    package func keeps(_ attempt: Attempt) -> Bool { state == .running(attempt) }

    /// Notes that the attempt's file or microphone failed, at the start or later.
    package mutating func failed(_ attempt: Attempt, _ error: RecordingMachineError) -> [Action] {
        switch state {
        case .preparing(attempt):
            self.error = error
            state = .idle
            return []
        case .opening(attempt):
            self.error = error
            state = .idle
            return [.discard(attempt)]
        case .running(attempt):
            self.error = error
            state = .idle
            return [.closeMicrophone(attempt), .complete(attempt)]
        case .idle, .preparing, .opening, .running: return []
        }
    }

    /// Ends the recording for the user. When it returns, no further audio is kept.
    package mutating func stop() -> [Action] {
        defer { state = .idle }
        switch state {
        case .idle, .preparing: return []
        // The microphone may be open already, with its answer on the way.
        case .opening(let attempt): return [.closeMicrophone(attempt), .discard(attempt)]
        case .running(let attempt): return [.closeMicrophone(attempt), .complete(attempt)]
        }
    }
}

/// The reason why a recording ended before the user stopped it.
package enum RecordingMachineError: Sendable, Equatable {
    /// The disk failed. The text is one sentence.
    case disk(String)
    /// The microphone failed. The text is one sentence.
    case microphone(String)
}

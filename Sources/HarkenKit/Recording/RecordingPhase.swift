/// The state of a recording, as a value. The recorder asks it before each step whether the step may still be taken.
struct RecordingPhase: Sendable {
    enum State: Sendable, Equatable {
        case new
        case idle
        /// The recorder waits for the connection, or for the microphone.
        case starting
        case recording
        case shutDown
    }

    private(set) var state = State.new
    /// Number of the latest start. Anything that belongs to an earlier start is ignored.
    private(set) var attempt = 0

    var isReady: Bool { state != .new && state != .shutDown }

    mutating func initialized() { if state == .new { state = .idle } }

    /// Begins a start and returns its number.
    mutating func start() throws(RecordingError) -> Int {
        switch state {
        case .new, .shutDown: throw .notInitialized
        case .starting, .recording: throw .alreadyRecording
        case .idle: break
        }
        state = .starting
        attempt += 1
        return attempt
    }

    /// True if `attempt` is the latest start and was neither stopped nor ended.
    func isCurrent(_ attempt: Int) -> Bool { attempt == self.attempt && (state == .starting || state == .recording) }

    /// Notes that the microphone runs. Returns false when the start is not wanted any more.
    mutating func recording(_ attempt: Int) -> Bool {
        guard isCurrent(attempt) else { return false }
        state = .recording
        return true
    }

    /// Ends the start `attempt`, after a failure or a stop.
    mutating func end(_ attempt: Int) { if isCurrent(attempt) { state = .idle } }

    mutating func stop() { if state == .starting || state == .recording { state = .idle } }

    mutating func shutDown() { state = .shutDown }
}

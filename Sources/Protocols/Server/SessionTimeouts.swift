import Speech

/// The maximum duration of a session with a client, and the maximum silence of the client.
struct SessionTimeouts: Sendable {
    enum End: Sendable {
        case idle, expired
    }

    let began: Instant
    private(set) var lastHeard: Instant
    private let length: Duration
    /// Maximum silence of the client; nil: no limit.
    private let silence: Duration?

    init(_ length: Duration, silence: Duration?, from now: Instant) {
        began = now
        lastHeard = now
        self.length = length
        self.silence = silence
    }

    /// Restarts the silence, because something came from the client or could not come.
    mutating func heard(_ now: Instant) { lastHeard = now }

    /// Time at which the session ends if nothing comes from the client.
    var deadline: Instant { silence.map { min(began + length, lastHeard + $0) } ?? began + length }

    /// Returns the timeout that has passed; nil while the session may go on.
    func end(_ now: Instant) -> End? {
        if now >= began + length { return .expired }
        return now >= deadline ? .idle : nil
    }
}

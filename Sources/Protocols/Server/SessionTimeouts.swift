import Speech

/// How long a session with a client may last, and how long nothing may come from it.
struct SessionTimeouts: Sendable {
    enum End: Sendable {
        case idle, expired
    }

    let began: Instant
    private(set) var lastHeard: Instant
    private let length: Duration
    /// nil: it may be silent for as long as it likes.
    private let silence: Duration?

    init(_ length: Duration, silence: Duration?, from now: Instant) {
        began = now
        lastHeard = now
        self.length = length
        self.silence = silence
    }

    /// Something came from the client, or could not come.
    mutating func heard(_ now: Instant) { lastHeard = now }

    /// When it is over if nothing comes.
    var deadline: Instant { silence.map { min(began + length, lastHeard + $0) } ?? began + length }

    /// nil: it goes on.
    func end(_ now: Instant) -> End? {
        if now >= began + length { return .expired }
        return now >= deadline ? .idle : nil
    }
}

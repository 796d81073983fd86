import Speech

/// The pauses in a client's audio.
///
/// A muted phone, or a wearable with its own voice detector, sends nothing while nobody speaks. No silence then tells the engine that the speech before is
/// over, so the time without audio has to tell it. A client that sends seconds of audio at once has pauses of its own: they are learned, because a pause
/// in mid sentence must not end it.
struct ClientPauses: Sendable {
    /// Minimum pause that counts as silence. The engine then has the rest of 2 s to make the words final.
    private static let shortest: Duration = .milliseconds(1_250)
    /// Maximum time between two messages of a client that sends all the time.
    private static let longestRhythm: Duration = .seconds(5)

    private var lastAudio: Instant?
    /// Time of the last look, or of the start.
    private var lastLook: Instant
    /// True if audio came since the last pause that counted.
    private var hasAudio = false
    /// The last two times between two messages with audio, the latest last.
    private var rhythm: (Duration, Duration) = (.zero, .zero)

    init(from now: Instant) { lastLook = now }

    /// Notes a message with audio.
    mutating func audio(_ now: Instant) {
        if let lastAudio { rhythm = (rhythm.1, now - lastAudio) }
        lastAudio = now
        hasAudio = true
    }

    /// Notes that the gateway does not read from the client, or has not read until now.
    mutating func held(_ now: Instant) {
        lastLook = now
        lastAudio = lastAudio.map { _ in now }
    }

    /// Pause that counts as silence: one pause is not a rhythm yet, two alike are.
    private var limit: Duration {
        let usual = min(rhythm.0, rhythm.1)
        return usual > Self.longestRhythm ? Self.shortest : max(Self.shortest, usual + usual / 2)
    }

    /// Time of the next look. Audio never makes it earlier.
    var deadline: Instant { hasAudio ? max(lastAudio ?? lastLook, lastLook) + Self.shortest : lastLook + Self.shortest }

    /// Returns true if the audio before has just become the audio before a pause.
    mutating func begins(_ now: Instant) -> Bool {
        guard deadline <= now else { return false }
        lastLook = now
        guard hasAudio, let lastAudio, now - lastAudio >= limit else { return false }
        hasAudio = false
        return true
    }
}

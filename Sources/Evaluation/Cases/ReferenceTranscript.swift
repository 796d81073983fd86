/// The true transcript of a recording, as people wrote it, with the speakers.
public struct ReferenceTranscript: Sendable, Equatable {
    /// The text; nil: nobody wrote it down. Empty: the recording has no speech.
    public var text: String?
    /// The turns; empty: nobody noted the speakers.
    public var turns: [SpokenTurn]

    public init(text: String? = nil, turns: [SpokenTurn] = []) {
        self.text = text
        self.turns = turns
    }

    var isEmpty: Bool { text == nil && turns.isEmpty }

    /// Returns the speaker with the most speech between two times; nil when nobody speaks.
    func speaker(from start: Duration, to end: Duration) -> String? {
        var shares: [String: Duration] = [:]
        for turn in turns where turn.start < end && turn.end > start {
            shares[turn.speaker, default: .zero] += min(turn.end, end) - max(turn.start, start)
        }
        return shares.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key
    }
}

/// What people say that was said, and by whom.
public struct ReferenceTranscript: Sendable, Equatable {
    /// nil: nobody wrote it down. Empty: nothing is said.
    public var text: String?
    /// Empty: nobody noted who speaks when.
    public var turns: [SpokenTurn]

    public init(text: String? = nil, turns: [SpokenTurn] = []) {
        self.text = text
        self.turns = turns
    }

    var isEmpty: Bool { text == nil && turns.isEmpty }

    /// Who speaks most between two times; nil when nobody does.
    func speaker(from start: Duration, to end: Duration) -> String? {
        var shares: [String: Duration] = [:]
        for turn in turns where turn.start < end && turn.end > start {
            shares[turn.speaker, default: .zero] += min(turn.end, end) - max(turn.start, start)
        }
        return shares.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key
    }
}

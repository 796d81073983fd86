import Speech

/// Labels of a session's speakers. An engine's own labels mean something within one of its legs only: the same number of two legs may be two people.
struct SpeakerLabels: Sendable {
    private struct Key: Hashable {
        var source: WordSource
        var number: Int
    }

    private var labels: [Key: Int] = [:]
    private var used: Set<Int> = []
    /// Keeps its numbers.
    private var first: WordSource?
    /// More speakers than anybody tells apart, and a bound for what an engine can make this hold.
    private static let most = 1_000

    mutating func label(_ words: inout [Word], of source: WordSource) {
        for index in words.indices {
            words[index].speaker = words[index].speaker.map { label($0, of: source) }
        }
    }

    mutating func label(_ label: SpeakerLabel, of source: WordSource) -> SpeakerLabel {
        SpeakerLabel(self.label(of: Key(source: source, number: min(max(label.number, 0), Self.most))))
    }

    private mutating func label(of key: Key) -> Int {
        if let label = labels[key] { return label }
        if first == nil { first = key.source }
        var label = key.number
        if key.source != first || used.contains(label) { label = (used.max() ?? -1) + 1 }
        guard labels.count < Self.most else { return label }
        used.insert(label)
        labels[key] = label
        return label
    }
}

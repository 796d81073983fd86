import Speech

/// Labels of a session's speakers. An engine's own labels are valid within one of its legs only: two legs may use the same number for two people.
struct SpeakerLabels: Sendable {
    private struct Key: Hashable {
        var source: WordSource
        var number: Int
    }

    private var labels: [Key: Int] = [:]
    private var used: Set<Int> = []
    /// The source that keeps its engine's labels unchanged: the first one with a label.
    private var first: WordSource?
    /// Maximum number of labels, which bounds the memory that an engine can use here.
    private static let maxLabels = 1_000

    mutating func label(_ words: inout [Word], of source: WordSource) {
        for index in words.indices {
            words[index].speaker = words[index].speaker.map { label($0, of: source) }
        }
    }

    mutating func label(_ label: SpeakerLabel, of source: WordSource) -> SpeakerLabel {
        SpeakerLabel(self.label(of: Key(source: source, number: min(max(label.number, 0), Self.maxLabels))))
    }

    private mutating func label(of key: Key) -> Int {
        if let label = labels[key] { return label }
        if first == nil { first = key.source }
        var label = key.number
        if key.source != first || used.contains(label) { label = (used.max() ?? -1) + 1 }
        guard labels.count < Self.maxLabels else { return label }
        used.insert(label)
        labels[key] = label
        return label
    }
}

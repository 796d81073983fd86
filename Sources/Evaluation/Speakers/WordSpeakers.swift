/// The true speakers of a recording's words, and the speakers to whom an engine gave the words.
public struct WordSpeakers: Sendable, Equatable {
    /// Number of words of each cluster (the engine's speaker), by their true speaker: `counts[cluster][speaker]`.
    private var counts: [String: [String: Int]] = [:]
    /// Number of words with a known speaker that the engine gave to nobody, by their speaker.
    private var unassigned: [String: Int] = [:]

    public init() {}

    /// - Parameters:
    ///   - cluster: the engine's speaker; nil when the engine names none.
    ///   - speaker: the true speaker; nil: not known, and the words are not counted.
    public mutating func add(words: Int, cluster: String?, speaker: String?) {
        guard let speaker, words > 0 else { return }
        if let cluster {
            counts[cluster, default: [:]][speaker, default: 0] += words
        } else {
            unassigned[speaker, default: 0] += words
        }
    }

    public var tally: SpeakerTally {
        var tally = SpeakerTally()
        tally.judged = counts.values.reduce(0) { $0 + $1.values.reduce(0, +) }
        tally.dominant = counts.values.reduce(0) { $0 + ($1.values.max() ?? 0) }
        tally.all = tally.judged + unassigned.values.reduce(0, +)
        tally.right = SpeakerPairing(shared: counts).pairs.reduce(0) { $0 + (counts[$1.key]?[$1.value] ?? 0) }
        tally.clusters = counts.count
        tally.speakers = Set(counts.values.flatMap(\.keys)).union(unassigned.keys).count
        return tally
    }
}

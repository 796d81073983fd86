/// Who said the words of one recording, and to whom an engine gave them.
public struct WordSpeakers: Sendable, Equatable {
    /// Words of each cluster, the engine's speaker, by who really said them: `counts[cluster][speaker]`.
    private var counts: [String: [String: Int]] = [:]
    /// Words whose speaker is known and that the engine gave to nobody.
    private var unassigned: [String: Int] = [:]

    public init() {}

    /// - Parameters:
    ///   - cluster: the engine's speaker; nil when it names none.
    ///   - speaker: who really said them; nil is not known, and then they are not counted.
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

/// Counts of words that were given to the right or wrong speakers, over many cases.
public struct SpeakerTally: Sendable, Equatable {
    /// Number of words that have a cluster (the engine's speaker) and a known true speaker.
    public var judged = 0
    /// Number of these words that belong to the most frequent speaker of their cluster.
    public var dominant = 0
    /// Number of words with a known speaker, including words that the engine gave to nobody.
    public var all = 0
    /// Number of these words that were given to the one cluster that stands for their speaker.
    public var right = 0
    public var clusters = 0
    public var speakers = 0

    public init() {}

    /// Share of words that belong to the most frequent speaker of their cluster; 1 when no speaker is known. Splitting speakers raises this value, so
    /// `error` is reported too.
    public var purity: Double { judged > 0 ? Double(dominant) / Double(judged) : 1 }

    /// Number of clusters per true speaker: 1 is right, and more means that speakers were split. 0 when no speaker is known.
    public var inflation: Double { speakers > 0 ? Double(clusters) / Double(speakers) : 0 }

    /// Share of words with a known speaker that were given to nobody, to another speaker, or to a further cluster of their speaker.
    public var error: Double { all > 0 ? Double(all - right) / Double(all) : 0 }

    public static func + (first: SpeakerTally, second: SpeakerTally) -> SpeakerTally {
        var sum = first
        sum.judged += second.judged
        sum.dominant += second.dominant
        sum.all += second.all
        sum.right += second.right
        sum.clusters += second.clusters
        sum.speakers += second.speakers
        return sum
    }
}

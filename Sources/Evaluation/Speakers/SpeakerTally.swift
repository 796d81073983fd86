/// Whether words are given to those who said them, counted over many cases.
public struct SpeakerTally: Sendable, Equatable {
    /// Words with a cluster, the engine's speaker, and a known true speaker.
    public var judged = 0
    /// Of these, words that are their cluster's most frequent speaker's.
    public var dominant = 0
    /// Words with a known speaker, those that the engine gave to nobody included.
    public var all = 0
    /// Of these, words given to the one cluster that stands for their speaker.
    public var right = 0
    public var clusters = 0
    public var speakers = 0

    public init() {}

    /// The share of words that are their cluster's most frequent speaker's; 1 when no speaker is known. It rewards splitting, so `error` stands beside it.
    public var purity: Double { judged > 0 ? Double(dominant) / Double(judged) : 1 }

    /// Clusters for each true speaker: 1 is right, more means that people were split. 0 when no speaker is known.
    public var inflation: Double { speakers > 0 ? Double(clusters) / Double(speakers) : 0 }

    /// The share of words with a known speaker that were given to nobody, to somebody else, or to a cluster that a speaker has beside his own.
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

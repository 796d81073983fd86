import Speech

/// One channel of a session: what of it is committed, and who covers the rest.
struct Lane: Sendable {
    /// Who said something: its positions are its own, so another's words are compared with it.
    enum Source: Hashable, Sendable {
        case leg(LegID)
        case repair(RepairID)
    }

    var stitcher: Stitcher
    /// Counted from 0.
    var turn = 0
    /// In order; the first one commits. Empty once all is settled after the end of the audio.
    var stretches: [Stretch] = []
    var speech: SpeechMap
    var lastSource: Source?
    /// Words were committed behind the last end of a turn.
    var hasOpenTurn = false
    /// The engine that began the turn will not end it.
    var isOrphaned = false
    /// The leg that has committed a part of an island of speech and will commit the rest, unless it dies.
    var island: LegID?

    init(channel: ChannelIndex, rate: SampleRate) {
        stitcher = Stitcher(channel: channel)
        speech = SpeechMap(rate: rate)
    }

    var channel: ChannelIndex { stitcher.channel }

    /// The end of what legs have made final in a stretch.
    func covered(_ place: Int) -> SampleIndex {
        let stretch = stretches[place]
        return place == 0 ? max(stretch.heldThrough, stitcher.committedThrough) : stretch.heldThrough
    }

    /// Stretches were planned further than audio has come, and no more comes for them.
    mutating func shorten(to end: SampleIndex) {
        for place in stretches.indices {
            if let planned = stretches[place].end, planned > end { stretches[place].end = end }
            if stretches[place].start > end {
                stretches[place].start = end
                stretches[place].heldThrough = min(stretches[place].heldThrough, end)
            }
        }
    }

    func place(of leg: LegID) -> Int? { stretches.firstIndex { $0.sources.contains(leg) } }
}

import Speech

/// One channel of a session: what of it is committed, and who covers the rest.
struct Lane: Sendable {
    /// Who said something: its positions are its own, so another's words are compared with it.
    enum Source: Hashable, Sendable {
        case leg(LegID)
        case repair(RepairID)
        /// Several legs, by their votes.
        case vote
    }

    var stitcher: Stitcher
    /// Counted from 0.
    var turn = 0
    /// In order; the first one commits. Empty once all is settled after the end of the audio.
    var stretches: [Stretch] = []
    var speech: SpeechMap
    /// Whose words were committed last.
    private(set) var lastSource: Source?
    /// Whether its engine says where words lie.
    private(set) var hasTimes = true
    /// What others than the last source have said, of which all that counts is committed: their next words are compared together with these.
    private var earlier: [Source: [Word]] = [:]
    private static let mostEarlier = 48
    /// Words were committed behind the last end of a turn.
    var hasOpenTurn = false
    /// The engine that began the turn will not end it.
    var isOrphaned = false
    /// Those who hear it together, in modes in which several do.
    var panel = Panel()

    init(channel: ChannelIndex, rate: SampleRate) {
        stitcher = Stitcher(channel: channel)
        speech = SpeechMap(rate: rate)
    }

    var channel: ChannelIndex { stitcher.channel }

    /// How `source` hears, when it is not the one that spoke last.
    ///
    /// - Parameters:
    ///   - origin: where its audio begins.
    ///   - hasTimes: whether its engine says where words lie.
    func ear(of source: Source, from origin: SampleIndex?, rate: SampleRate, hasTimes: Bool) -> Seam.Ear? {
        guard let lastSource, lastSource != source else { return nil }
        return Seam.Ear(rate: rate, origin: origin, earlier: earlier[source] ?? [], hasTimes: hasTimes, others: self.hasTimes)
    }

    /// From now on `source` speaks.
    ///
    /// - Parameters:
    ///   - tail: the last words before it did.
    ///   - hasTimes: whether its engine says where words lie.
    mutating func change(to source: Source, behind tail: [Word], hasTimes: Bool) {
        guard source != lastSource else { return }
        // Whoever spoke until now has said these, or words for the same.
        if case .leg? = lastSource, let lastSource { earlier[lastSource] = tail }
        lastSource = source
        self.hasTimes = hasTimes
        earlier[source] = nil
    }

    /// `source`, which is not the one that spoke last, has said words of which none was new.
    mutating func remember(_ words: [Word], of source: Source) {
        guard lastSource != nil, source != lastSource, !words.isEmpty else { return }
        let before = earlier[source] ?? []
        let said = before.last?.range.end ?? .zero
        earlier[source] = (before + words.filter { $0.middle >= said && $0.range.end > said }).suffix(Self.mostEarlier)
    }

    /// It says nothing more. What others wait for who are gone was settled meanwhile, or is to be voted on.
    mutating func forget(_ leg: LegID) {
        guard !earlier.isEmpty else { return }
        earlier = earlier.filter { source, _ in
            guard case .leg(let id) = source else { return true }
            guard let index = panel.index(of: id) else { return id != leg }
            return !panel.members[index].finals.isEmpty || id != leg && !panel.members[index].isGone
        }
    }

    /// The end of what legs have made final in a stretch.
    func covered(_ place: Int) -> SampleIndex {
        // The first stretch may have been left more than it was given: a repair gives words at its end to whoever has them whole.
        place == 0 ? stitcher.committedThrough : stretches[place].heldThrough
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

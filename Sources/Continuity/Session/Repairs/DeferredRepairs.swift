import Speech

/// Repairs whose gaps were reported, kept until their words complete the stored transcript.
struct DeferredRepairs: Sendable {
    private var repairs: [RepairID: DeferredRepair] = [:]
    /// The words of the latest backfilled gaps, at the places that their engines give.
    private var settled: [(channel: ChannelIndex, words: [RememberedWord])] = []
    private let rate: SampleRate
    /// The length by which a repair reaches beyond the missing audio.
    private let reach: SampleCount

    private static let maxCount = 64

    init(rate: SampleRate, reach: SampleCount) {
        self.rate = rate
        self.reach = reach
    }

    var isEmpty: Bool { repairs.isEmpty }

    /// True if no more repairs can be deferred.
    var isFull: Bool { repairs.count >= Self.maxCount }

    /// The start of the audio that repairs without an answer read; nil: there are none.
    var readsFrom: SampleIndex? { repairs.values.filter { $0.words == nil }.map(\.asked.range.start).min() }

    /// Keeps a repair whose gap was reported. Forgets the repair if too many are kept.
    mutating func add(_ repair: DeferredRepair) {
        if !isFull { repairs[repair.asked.id] = repair }
    }

    /// Takes a repair that was answered; nil if the repair is not one of these.
    mutating func take(_ id: RepairID) -> DeferredRepair? { repairs.removeValue(forKey: id) }

    /// Takes all repairs, in the order in which they were asked for.
    mutating func takeAll() -> [DeferredRepair] {
        defer { repairs = [:] }
        return repairs.values.sorted { $0.asked.id.number < $1.asked.id.number }
    }

    /// Takes the words of a repair.
    ///
    /// - Parameter committed: the end of the committed audio in the repair's channel.
    /// - Returns: the repair, if the words behind its gap are known; nil if the repair must wait for those words.
    mutating func heard(_ words: [Word], hasTimes: Bool, for repair: DeferredRepair, committedThrough committed: SampleIndex) -> DeferredRepair? {
        var repair = repair
        repair.words = words
        repair.asked.hasTimes = hasTimes
        if committed >= repair.gap.end + reach { return repair }
        repairs[repair.asked.id] = repair
        return nil
    }

    /// Notes another reported gap, which lies behind the gaps of its channel's repairs.
    mutating func noteGap(_ gap: SampleRange, in channel: ChannelIndex) {
        for id in repairs.keys where repairs[id]?.channel == channel { repairs[id]?.gapsBehind.append(gap) }
    }

    /// Takes words that were committed behind the gaps of repairs.
    ///
    /// - Parameters:
    ///   - words: the words as their engine placed them.
    ///   - hasTimes: true if their engine says where words lie.
    /// - Returns: the repairs whose words can be put into their gaps now, in order.
    mutating func noteCommit(_ commit: Commit, placedAt words: ArraySlice<Word>, hasTimes: Bool) -> [DeferredRepair] {
        guard !repairs.isEmpty else { return [] }
        var ready: [DeferredRepair] = []
        for id in repairs.keys.sorted(by: { $0.number < $1.number }) {
            guard var repair = repairs[id], repair.channel == commit.channel else { continue }
            let end = repair.gap.end + reach
            repair.after += words.prefix { $0.range.start < end }
            if !words.isEmpty, !hasTimes { repair.othersHaveTimes = false }
            let isReady = repair.words != nil && commit.range.end >= end
            repairs[id] = isReady ? nil : repair
            if isReady { ready.append(repair) }
        }
        return ready
    }

    /// Returns the words heard in a repair's gap, now that the words around the gap are known; nil if the repair has no answer.
    mutating func backfill(of repair: DeferredRepair) -> Backfill? {
        guard let words = repair.words else { return nil }
        let gap = repair.gap
        let asked = repair.asked
        // Words that were committed or backfilled on either side of the gap are left out.
        let near = settled.filter { $0.channel == repair.channel }.flatMap(\.words)
        let before = RepairSeam.ordered(repair.before, with: near.filter { $0.word.middle < gap.start })
        let after = RepairSeam.ordered(repair.after, with: near.filter { $0.word.middle >= gap.end })
        // More gaps may lie behind the last known word.
        let known = SampleRange(min(repair.edge ?? .zero, gap.start), max(after.last?.word.range.end ?? gap.end, gap.end))
        var inside = RepairSeam.unsettled(
            words, of: gap, heard: asked.range, known: known, before: before, after: after, rate: rate, endsInSpeech: !asked.endsInSilence,
            hasTimes: asked.hasTimes, others: repair.othersHaveTimes, othersThrough: repair.beforeThrough, gaps: repair.gapsBehind)
        inside.removeAll { !gap.contains($0.middle) }
        // If the repair's audio ends in speech, its last word may be a part of the next word. Such a part is often shorter than any word, and engines
        // place the next word with an error of a tenth of a second.
        let shortest = SampleCount(.milliseconds(60), at: rate), margin = SampleCount(.milliseconds(150), at: rate)
        if !asked.endsInSilence, let last = inside.last, last.range.end >= asked.range.end,
            after.lazy.map(\.word.range).contains(where: {
                $0.intersection(last.range) != nil || last.range.count <= shortest && $0.start <= last.range.end + margin
            })
        {
            inside.removeLast()
        }
        let placed = inside.map { RememberedWord($0, mendedBy: asked.engine, hasTimes: asked.hasTimes, isCut: asked.mayCut($0)) }
        settled.append((repair.channel, placed))
        if settled.count > Self.maxCount { settled.removeFirst() }
        return Backfill(channel: repair.channel, range: gap, words: inside.map { RepairSeam.kept($0, in: gap) }, engine: asked.engine)
    }
}

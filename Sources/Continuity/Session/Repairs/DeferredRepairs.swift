import Speech

/// Repairs whose gaps were reported, until their words complete what is stored.
struct DeferredRepairs: Sendable {
    private var repairs: [RepairID: DeferredRepair] = [:]
    /// The words that were put into the latest gaps, at the places that the engine gives.
    private var settled: [(channel: ChannelIndex, words: [RepairSeam.Settled])] = []
    private let rate: SampleRate
    /// The length by which a repair reaches beyond the missing audio.
    private let reach: SampleCount

    private static let most = 64

    init(rate: SampleRate, reach: SampleCount) {
        self.rate = rate
        self.reach = reach
    }

    /// True if no more repairs can be deferred.
    var isFull: Bool { repairs.count >= Self.most }

    /// Keeps a repair whose gap was reported. If there are too many, the repair is forgotten.
    mutating func add(_ repair: DeferredRepair) {
        if !isFull { repairs[repair.asked.id] = repair }
    }

    /// Takes a repair that was answered; nil if it is none of these.
    mutating func take(_ id: RepairID) -> DeferredRepair? { repairs.removeValue(forKey: id) }

    /// Takes all repairs, in the order in which they were asked for.
    mutating func takeAll() -> [DeferredRepair] {
        defer { repairs = [:] }
        return repairs.values.sorted { $0.asked.id.number < $1.asked.id.number }
    }

    /// The words of a repair have come.
    ///
    /// - Parameter committed: the end of what is committed in the repair's channel.
    /// - Returns: the repair, if it is known what stands behind its gap; otherwise nil, and the repair waits for that.
    mutating func heard(_ words: [Word], hasTimes: Bool, for repair: DeferredRepair, committedThrough committed: SampleIndex) -> DeferredRepair? {
        var repair = repair
        repair.words = words
        repair.asked.hasTimes = hasTimes
        if committed >= repair.gap.end + reach { return repair }
        repairs[repair.asked.id] = repair
        return nil
    }

    /// Another gap was reported, behind those of the repairs of its channel.
    mutating func noteGap(_ gap: SampleRange, in channel: ChannelIndex) {
        for id in repairs.keys where repairs[id]?.channel == channel { repairs[id]?.gapsBehind.append(gap) }
    }

    /// Words were committed behind the gaps of repairs.
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

    /// Returns what was heard in a repair's gap, now that it is known what stands around the gap; nil if nothing was heard.
    mutating func backfill(of repair: DeferredRepair) -> Backfill? {
        guard let words = repair.words else { return nil }
        let gap = repair.gap
        let asked = repair.asked
        // What was committed on both sides of the gap is not said again.
        // Nor what was mended there.
        let near = settled.filter { $0.channel == repair.channel }.flatMap(\.words)
        let before = RepairSeam.ordered(repair.before, with: near.filter { $0.word.middle < gap.start })
        let after = RepairSeam.ordered(repair.after, with: near.filter { $0.word.middle >= gap.end })
        // Behind the last word that is known there may be more gaps.
        let known = SampleRange(min(repair.edge ?? .zero, gap.start), max(after.last?.word.range.end ?? gap.end, gap.end))
        var inside = RepairSeam.unsettled(
            words, of: gap, heard: asked.range, known: known, before: before, after: after, rate: rate, endsInSpeech: !asked.endsInSilence,
            hasTimes: asked.hasTimes, others: repair.othersHaveTimes, othersThrough: repair.beforeThrough, gaps: repair.gapsBehind)
        inside.removeAll { !gap.contains($0.middle) }
        // Where its audio ends in speech, its last word may be a part of the next.
        // No word is as short as some parts are, and engines are a tenth of a second wrong on where the next one begins.
        let shortest = SampleCount(.milliseconds(60), at: rate), margin = SampleCount(.milliseconds(150), at: rate)
        if !asked.endsInSilence, let last = inside.last, last.range.end >= asked.range.end,
            after.lazy.map(\.word.range).contains(where: {
                $0.intersection(last.range) != nil || last.range.count <= shortest && $0.start <= last.range.end + margin
            })
        {
            inside.removeLast()
        }
        let placed = inside.map { RepairSeam.Settled($0, mendedBy: asked.engine, hasTimes: asked.hasTimes, isCut: asked.mayCut($0)) }
        settled.append((repair.channel, placed))
        if settled.count > Self.most { settled.removeFirst() }
        return Backfill(channel: repair.channel, range: gap, words: inside.map { RepairSeam.kept($0, in: gap) }, engine: asked.engine)
    }
}

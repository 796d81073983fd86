import Speech

/// One channel of a session: its committed words, and the spans of audio that are not committed yet.
struct ChannelState: Sendable {
    var stitcher: Stitcher { didSet { forgetUncommitted() } }
    /// Number of the turn, counted from 0.
    var turn = 0
    /// Spans in order; only the first one commits. Empty once everything is settled after the end of the audio.
    var spans: [TimelineSpan] = []
    var speech: SpeechMap
    /// The source whose words were committed last.
    private(set) var lastSource: WordSource? { didSet { forgetUncommitted() } }
    /// True if the engine of `lastSource` says where words lie.
    private(set) var hasTimes = true
    /// Recent words of sources other than the one that spoke last. Those of the words that count are committed. The next words of such a source are
    /// compared together with these. The source that spoke most recently is last.
    private var earlier: [(source: WordSource, words: [RememberedWord])] = [] { didSet { forgetUncommitted() } }
    private static let maxEarlier = 48
    /// Maximum number of sources in `earlier`. The source that spoke longest ago is forgotten first, because it is most likely gone.
    private static let maxSources = 32
    /// The end of the loud audio up to the end of the final whose words were committed last. Nil if the engine of that final says where words lie.
    private(set) var saidThrough: SampleIndex? { didSet { forgetUncommitted() } }
    /// For each leg, the end that the session gave to a final (`end`), and the later end that the engine gave to that final (`said`).
    private var cuts: [LegID: (end: SampleIndex, said: SampleIndex)] = [:]
    /// For each leg, the end of the words of its last final, if that end is behind the end that the engine gave to the final (`said`).
    private var overruns: [LegID: (end: SampleIndex, said: SampleIndex)] = [:]
    /// True if words were committed behind the last end of a turn.
    var hasOpenTurn = false
    /// True if speech was announced behind the last end of a turn.
    var hasOpenSpeech = false
    /// The leg that spoke last, the end of the committed audio when it first spoke, and whether a start of speech came from it that lies behind that end.
    /// Speech before that end was announced by an earlier leg.
    var latestLeg: (id: LegID, origin: SampleIndex, hasAnnounced: Bool)?
    /// True if the engine that began the turn will not end it.
    var isOrphaned = false
    /// The legs whose words are committed.
    var source: CommitSource
    let settings: ChannelSettings

    init(_ channel: ChannelIndex, _ mode: SessionMode, _ settings: ChannelSettings) {
        stitcher = Stitcher(channel: channel)
        speech = SpeechMap(rate: settings.rate)
        source = CommitSource(mode)
        self.settings = settings
    }

    /// The legs that hear the channel together, in modes in which several legs do.
    var ensemble: Ensemble {
        get { source.ensemble }
        _modify { yield &source.ensemble }
    }

    var channel: ChannelIndex { stitcher.channel }

    /// Forgets the comparisons of participants' words with the committed words, because the committed words or the facts about them have changed.
    private mutating func forgetUncommitted() { if !source.isSingle { ensemble.forgetUncommitted() } }

    /// Returns the context in which the words of `source` are compared with the words of the last source; nil if `source` spoke last.
    ///
    /// - Parameters:
    ///   - origin: the start of the audio of `source`.
    ///   - hasTimes: true if the engine of `source` says where words lie.
    func context(of source: WordSource, _ engine: EngineName, from origin: SampleIndex?, hasTimes: Bool) -> ComparisonContext? {
        // If all committed audio is silent, there are no words to compare with.
        guard let lastSource else {
            return hasTimes && stitcher.committedThrough > .zero ? ComparisonContext(rate: settings.rate, origin: origin) : nil
        }
        guard lastSource != source else { return nil }
        var context = ComparisonContext(rate: settings.rate, origin: origin, earlier: memory(of: source), hasTimes: hasTimes, others: self.hasTimes)
        context.engine = engine
        context.othersThrough = saidThrough
        context.isBehind = origin.map(isQuiet) ?? false
        context.isCutOff = origin.map(isWithinSpeech) ?? false
        return context
    }

    /// Returns true if the audio from `origin` to the end of the committed audio is silent, and the last words lie in loud audio before `origin`. A
    /// source that begins at `origin` hears none of these words.
    private func isQuiet(from origin: SampleIndex) -> Bool {
        let end = max(stitcher.committedThrough, saidThrough ?? .zero)
        guard origin < end, let last = stitcher.heard.last, !speech.isLoud(in: SampleRange(origin, end)) else { return false }
        return last.word.range.start < origin && speech.isLoud(in: SampleRange(last.word.range.start, origin))
    }

    /// Returns true if the heard audio ends within speech, and `origin` lies at that end, within speech too.
    private func isWithinSpeech(_ origin: SampleIndex) -> Bool {
        let end = stitcher.isAtGap ? stitcher.gap?.start ?? .zero : stitcher.committedThrough
        let margin = SampleCount(.milliseconds(100), at: speech.rate)
        return max(end - origin, origin - end) <= margin && speech.isLoud(in: SampleRange(end - margin, end))
            && speech.isLoud(in: SampleRange(origin, origin + margin))
    }

    /// Makes `source` the source that speaks from now on.
    ///
    /// - Parameters:
    ///   - tail: the last words before `source` spoke.
    ///   - hasTimes: true if the engine of `source` says where words lie.
    mutating func change(to source: WordSource, behind tail: [RememberedWord], hasTimes: Bool) {
        guard source != lastSource else { return }
        // Keeps the words of the leg that spoke until now.
        if case .leg? = lastSource, let lastSource { note(tail, by: lastSource) }
        lastSource = source
        self.hasTimes = hasTimes
        earlier.removeAll { $0.source == source }
    }

    /// Records that the session ends a leg's final at `end`, before the end that the engine gave.
    mutating func cut(_ final: SampleRange, to end: SampleIndex, of leg: LegID) { cuts[leg] = (end, final.end) }

    /// Returns the end that the session gave to a final that was cut and is said again; nil if the final was not cut.
    func cut(of final: SampleRange, of leg: LegID) -> SampleIndex? {
        guard let cut = cuts[leg], cut.said == final.end, final.start < cut.said else { return nil }
        return cut.end
    }

    /// Spreads the words of an engine without word times over the loud audio of `range`. The range begins where the leg's last final ended for the
    /// session: earlier if that final was cut, later if its words reached beyond its end.
    func spread(_ words: [Word], over range: SampleRange, of leg: LegID) -> [Word] {
        var range = range
        if let cut = cuts[leg], cut.said == range.start {
            range.start = max(cut.end, speech.start(ofLoudAt: range.start))
        } else if let before = overruns[leg], before.said == range.start, before.end < range.end {
            range.start = before.end
        }
        return speech.spread(words, over: range)
    }

    /// Records how far the words of a leg's final reach beyond the final's end, for an engine without word times.
    mutating func placed(_ final: SampleRange, of leg: LegID) { overruns[leg] = speech.overrun(of: final).map { ($0, final.end) } }

    /// Records that words of a final that ends at `end` were committed last.
    mutating func reached(_ end: SampleIndex) { saidThrough = hasTimes ? nil : speech.hull(in: SampleRange(.zero, end))?.end ?? end }

    /// Remembers words of `source`, none of which was new. Does nothing if `source` spoke last.
    mutating func remember(_ words: [Word], of source: WordSource) {
        guard lastSource != nil, source != lastSource, !words.isEmpty else { return }
        var memory = take(memoryOf: source)
        let said = memory.last?.word.range.end ?? .zero
        for word in words where word.middle >= said && word.range.end > said { memory.append(RememberedWord(word)) }
        memory.removeFirst(max(0, memory.count - Self.maxEarlier))
        note(memory, by: source)
    }

    private func memory(of source: WordSource) -> [RememberedWord] { earlier.first { $0.source == source }?.words ?? [] }

    private mutating func take(memoryOf source: WordSource) -> [RememberedWord] {
        earlier.firstIndex { $0.source == source }.map { earlier.remove(at: $0).words } ?? []
    }

    private mutating func note(_ words: [RememberedWord], by source: WordSource) {
        earlier.removeAll { $0.source == source }
        earlier.append((source, words))
        if earlier.count > Self.maxSources { earlier.removeFirst() }
    }

    /// Forgets a leg that says nothing more. The leg's held events may still wait.
    mutating func forget(_ leg: LegID) {
        cuts[leg] = nil
        overruns[leg] = nil
    }

    /// Returns the end of the audio that legs have made final in a span.
    func covered(_ place: Int) -> SampleIndex {
        // The first span may also have to cover audio before its start: a repair leaves words at its end to a source that hears them whole.
        place == 0 ? stitcher.committedThrough : spans[place].heldThrough
    }

    /// Returns the end of the audio that needs no repair in the span at `place`: words of it are held, or all of it is committed already. A span can
    /// begin in committed audio, because its leg hears a part again.
    func settled(_ place: Int) -> SampleIndex { max(covered(place), stitcher.committedThrough) }

    // MARK: - Spans

    /// Adds a span, which has no source yet.
    ///
    /// - Parameter end: the end of the span; nil: there is none yet.
    mutating func beginSpan(at start: SampleIndex, through end: SampleIndex? = nil, need: TimelineSpan.Need = .none) {
        var span = TimelineSpan(start: start, sources: [])
        span.end = end
        span.need = need
        spans.append(span)
    }

    /// Ends the last span.
    mutating func endSpan(at end: SampleIndex) { spans[spans.count - 1].end = end }

    /// Adds a leg as a source of a span.
    ///
    /// - Parameters:
    ///   - place: the number of the span; nil: the last one.
    ///   - start: the place from which a participant of the ensemble counts; nil: the start of its audio.
    mutating func join(_ leg: Leg, at place: Int? = nil, from start: SampleIndex? = nil) {
        spans[place ?? spans.count - 1].sources.append(leg.id)
        ensemble.join(leg, in: channel.number, from: start)
    }

    /// Removes a leg as a source of one span.
    mutating func remove(_ leg: LegID, at place: Int) { spans[place].sources.removeAll { $0 == leg } }

    /// Removes a leg as a source of all spans.
    mutating func remove(_ leg: LegID) { for place in spans.indices { remove(leg, at: place) } }

    /// Ends the last span, which a leg leaves. The other legs go on in a new span, where their held events wait for the span before it.
    mutating func part(_ place: Int, at end: SampleIndex, without id: LegID, _ legs: LegPool) {
        let others = spans[place].sources.filter { $0 != id && !legs.isFailed($0) }
        spans[place].end = end
        var next = spans[place].handOver(to: others, from: end)
        for participant in ensemble.participants where others.contains(participant.leg) && participant.start <= end {
            next.heldThrough = max(next.heldThrough, participant.through)
        }
        spans.append(next)
    }

    /// Answers the finalizes that a leg leaves unanswered, once all audio before the span's end is settled.
    mutating func leaveAnswers(of leg: Leg, at place: Int) {
        let owed = told(leg).map { ensemble.answer($0) } ?? leg.unansweredFinalizes(in: channel.number)
        spans[place].after += Array(repeating: .flushed(channel), count: owed)
    }

    /// Shortens spans that were planned beyond `end`, because no more audio comes for them.
    mutating func shorten(to end: SampleIndex) {
        for place in spans.indices {
            if let planned = spans[place].end, planned > end { spans[place].end = end }
            if spans[place].start > end {
                spans[place].start = end
                spans[place].heldThrough = min(spans[place].heldThrough, end)
            }
        }
    }

    func place(of leg: LegID) -> Int? { spans.indices.first { spans[$0].sources.contains(leg) } }
}

import Speech

/// A repair from the detection of a fault to its answer.
struct RepairPlan: Sendable {
    /// What is missing.
    let rest: SampleRange
    /// The error of the leg that left it.
    let cause: EngineError
    /// Whether the leg had stopped answering: if nobody spoke, it had reason.
    let afterStall: Bool
    /// Nothing failed: an engine of limited pace could be sent it.
    let isAhead: Bool
    let detected: Instant
    var deadline: Instant
    /// Who may be asked, in order.
    let repairers: [EngineName]
    /// Those that have not been asked.
    var engines: ArraySlice<EngineName>
    /// What was asked; nil while the audio behind its end has not come, or nobody can be asked.
    var asked: Asked?
    /// What another was asked as well, because the first takes long.
    var beside: Asked?
    /// When all are asked again that have failed.
    var again: Instant?

    init(
        rest: SampleRange, cause: EngineError, afterStall: Bool, isAhead: Bool, detected: Instant, deadline: Instant, repairers: [EngineName]
    ) {
        self.rest = rest
        self.cause = cause
        self.afterStall = afterStall
        self.isAhead = isAhead
        self.detected = detected
        self.deadline = deadline
        self.repairers = repairers
        engines = repairers[...]
    }

    struct Asked: Sendable {
        var id: RepairID
        var engine: EngineName
        var range: SampleRange
        /// Whether its end lies where nobody speaks; otherwise its last words may be cut.
        var endsInSilence: Bool
        var at: Instant
        /// Whether its engine said where words lie.
        var hasTimes = true

        /// Whether the end of its audio may have cut a word: where its engine does not say where words lie, the last one always seems to end there.
        func mayCut(_ word: Word) -> Bool { hasTimes && !endsInSilence && word.range.end >= range.end }
    }
}

/// A repair that goes on after its gap was reported.
struct LateRepair: Sendable {
    var channel: ChannelIndex
    /// As it was reported.
    var gap: SampleRange
    /// Where the gap before it ends; nil: there is none.
    var edge: SampleIndex?
    /// The last words that were committed before it, and the first behind it.
    var before: [Word]
    var after: [Word] = []
    /// Gaps among those.
    var gapsBehind: [SampleRange] = []
    /// Whether those say where these words lie that said them.
    var othersHaveTimes: Bool
    /// How far the words before it may lie, where that is not known.
    var beforeThrough: SampleIndex?
    /// What was heard, while words behind the gap are still to come.
    var words: [Word]?
    var asked: RepairPlan.Asked
    var engines: ArraySlice<EngineName>
    /// What is loud in its audio.
    var speech: SpeechMap
}

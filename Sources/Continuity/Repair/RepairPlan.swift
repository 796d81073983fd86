import Speech

/// A repair from the detection of a fault to its answer.
struct RepairPlan: Sendable {
    /// The audio that is missing.
    let rest: SampleRange
    /// The error of the leg that left it.
    let cause: EngineError
    /// True if the leg had stopped answering: if nobody spoke, the leg had reason.
    let afterStall: Bool
    /// Nothing failed: an engine of limited pace could be sent it.
    let isAhead: Bool
    let detected: Instant
    var deadline: Instant
    /// The engines that may be asked, in order.
    let repairers: [EngineName]
    /// The engines that have not been asked.
    var engines: ArraySlice<EngineName>
    /// The repair that was asked for; nil while the audio behind its end has not come, or nobody can be asked.
    var asked: Asked?
    /// The repair that another engine was asked for as well, because the first engine takes long.
    var beside: Asked?
    /// The time when all engines that have failed are asked again.
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

    /// A repair that an engine was asked for.
    struct Asked: Sendable {
        var id: RepairID
        var engine: EngineName
        var range: SampleRange
        /// True if the end of the range lies where nobody speaks; otherwise the last words of the range may be cut.
        var endsInSilence: Bool
        var at: Instant
        /// True if the engine said where words lie.
        var hasTimes = true

        /// Returns true if the end of the range's audio may have cut `word`. If the engine does not say where words lie, the last word always seems
        /// to end there.
        func mayCut(_ word: Word) -> Bool { hasTimes && !endsInSilence && word.range.end >= range.end }

        /// Returns the record of the repair, which is over.
        ///
        /// - Parameter hasWords: true if there were words in the answer.
        func record(in channel: ChannelIndex, _ outcome: AttemptRecord.Outcome, hasWords: Bool = false, now: Instant) -> AttemptRecord {
            let duration = at.duration(to: now)
            return AttemptRecord(
                engine: engine, kind: .repair(id), channels: channel.number..<channel.number + 1, range: range, outcome: outcome,
                firstAnswer: hasWords ? duration : nil, duration: duration)
        }
    }
}

/// A repair that goes on after its gap was reported.
struct DeferredRepair: Sendable {
    var channel: ChannelIndex
    /// The gap as it was reported.
    var gap: SampleRange
    /// The end of the gap before this gap; nil: there is none.
    var edge: SampleIndex?
    /// The last words that were committed before it, and the first behind it.
    var before: [Word]
    var after: [Word] = []
    /// Gaps among those.
    var gapsBehind: [SampleRange] = []
    /// True if the engines of the words in `before` and `after` say where those words lie.
    var othersHaveTimes: Bool
    /// The furthest place at which the words before the gap may lie, where their places are not known.
    var beforeThrough: SampleIndex?
    /// The words that were heard, while words behind the gap are still to come.
    var words: [Word]?
    var asked: RepairPlan.Asked
    var engines: ArraySlice<EngineName>
    /// The map of what is loud in the repair's audio.
    var speech: SpeechMap
}

import Speech

/// A repair from the detection of a fault to its answer.
struct RepairPlan: Sendable {
    /// The audio that is missing. Becomes shorter when a leg that was given up says a part of it after all.
    var rest: SampleRange
    /// The error of the leg that left the audio unfinished.
    let cause: EngineError
    /// True if the leg had stopped answering. If nobody spoke in the audio, the leg was right to say nothing.
    let afterStall: Bool
    /// True if nothing failed: the audio waits only because the engine's pace is limited.
    let isAhead: Bool
    let detected: Instant
    var deadline: Instant
    /// The engines that may be asked, in order.
    let repairers: [EngineName]
    /// The engines that have not been asked.
    var engines: ArraySlice<EngineName>
    /// The repair that was requested; nil while the audio behind its end has not come, or no engine can be asked.
    var asked: Asked?
    /// The same repair by a second engine, because the first engine takes long; nil: no second engine was asked.
    var beside: Asked?
    /// Time when all engines that have failed are asked again; nil: they are not asked again.
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

        /// Returns the attempt record of the repair, which is over.
        ///
        /// - Parameter hasWords: true if the answer has words.
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
    /// The reported gap.
    var gap: SampleRange
    /// End of the gap before this gap; nil: there is none.
    var edge: SampleIndex?
    /// The last words committed before the gap. `after` has the first words committed behind it.
    var before: [Word]
    var after: [Word] = []
    /// Gaps among the words in `after`.
    var gapsBehind: [SampleRange] = []
    /// True if the engines of the words in `before` and `after` say where those words lie.
    var othersHaveTimes: Bool
    /// End of the audio in which the words before the gap may lie, if their engine has no word times; nil: their places are known.
    var beforeThrough: SampleIndex?
    /// The words that were heard; nil until the repair is answered. They wait until the words behind the gap are known.
    var words: [Word]?
    var asked: RepairPlan.Asked
    var engines: ArraySlice<EngineName>
    /// The map of the loud ranges in the repair's audio.
    var speech: SpeechMap
}

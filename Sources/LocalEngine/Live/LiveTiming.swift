package import Speech

/// The lengths and limits by which a live stream's words become final. In samples at 16 kHz.
///
/// Two settings, chosen by what the client asks for. Captions: the text is what counts, so words leave early only where this stream's pauses have been
/// ends. Quick: somebody waits for the words, so they leave early from the first pause on.
package struct LiveTiming: Sendable, Equatable {
    /// Silence after which the open window is read. All later decisions at the pause rest on this reading, or on that of the second look.
    package var look = Self.samples(160)
    /// Silence after which the window is read again where the last words of the first reading are not sure; nil: never.
    package var lookAgain: SampleCount? = Self.samples(256)
    /// Audio since the end of a window's last reading, or since the start of its speech, after which speech that goes on is read for a draft of the
    /// next reading; nil: never.
    package var draftEvery: SampleCount? = Self.samples(1_500)
    /// Silence behind which the end-of-turn model judges. Less than the look lets the model and the recogniser work at the same time; it was no quicker
    /// where words' times are found meanwhile, and took a pause for an end.
    package var judgment: SampleCount
    /// Silence after which words leave when the turn sounds complete and its last words are sure. 300 ms in both settings: LIVE.md has 420 ms for
    /// captions, and counts these pauses in the history (`PauseHistory.counted`).
    package var early: SampleCount
    /// Silence after which words leave in any case, and where the stream's pauses have been ends: `early` ≤ `lateBehindEnds` ≤ `late`. Quick finals have
    /// one limit.
    ///
    /// The limits that were measured are in docs/dev/live-finals.md.
    package var late: SampleCount, lateBehindEnds: SampleCount
    /// Audio that is read before the place where speech was detected, and behind the end of speech.
    package var lead = Self.samples(300), tail = Self.samples(200)
    /// Minimum speech behind a pause before the sentence in front of the pause leaves.
    package var follow = Self.samples(1_500)
    /// Length from which a window is cut at a pause without a stop, and length at which it is cut without a pause.
    package var softLength = Self.samples(9_000), cutLength = Self.samples(14_000)
    /// Speech behind which the draft reading is made by which a window without a pause is cut, short of `cutLength`, and speech behind that reading until
    /// the window is cut: the words' times are searched for meanwhile.
    package var cutDraft = Self.samples(2_000), cutDelay = Self.samples(1_500)
    /// Speech in a window that is kept on each side of a cut without a pause.
    package var beforeCut = Self.samples(7_000), behindCut = Self.samples(2_000)
    /// Speech that tells its language for good, where nobody named one.
    package var tellingSpeech = Self.samples(3_000)
    /// Maximum audio of committed words that is heard again, and the silence up to which it is.
    package var contextLength = Self.samples(9_000), contextGap = Self.samples(1_000)
    /// Probability above which a turn counts as complete, 0.05…1. At 1, silence alone ends turns.
    package var completeness = EndOfTurn.threshold
    /// Minimum confidence of each of the last words, and the number of these words, when words leave early.
    package var sure: Float = 0.6, sureWords = 2
    /// The rule by which the stream's history allows early finals; nil: always.
    package var history: PauseHistory.Rule?
    /// Minimum silence that ends a turn.
    package var turnSilence: SampleCount
    /// Silence that ends a turn that does not sound complete: from `nearTurn` (nearly complete) to `longestTurn` (far from complete).
    package var nearTurn: SampleCount, longestTurn: SampleCount
    /// Maximum silence until an empty final covers it, and the silence that such a final leaves out at its end.
    package var silencePeriod = Self.samples(10_000), silenceMargin = Self.samples(1_000)
    /// Time for which the voice detector still reports speech after the sound has ended. Silence counts from the end of the sound.
    package var hangover = SampleCount(4 * 512)
    /// Mean power, relative to the loudest part of the window, below which there is silence: 5 % of the level.
    package var silentShare: Float = 0.0025
    package var detection = SpeechDetector.Configuration(minimumSpeech: SampleCount(3 * 512), minimumSilence: SampleCount(2 * 512))
    /// True where each reading is dear and gives the times of its words. These times are not searched for in parts.
    package var readingsAreDear = false

    /// Minimum of `cutLength` where the client names a delay: shorter windows have too few words behind one another.
    private static let shortestCut = Self.samples(4_500)
    /// Maximum silence for which words wait: a longer wait would hold words back for nothing.
    private static let longestWait = SampleCount(TurnRule.longestHold, at: .speech)

    /// Makes the timing for what a client asks for.
    ///
    /// - Parameters:
    ///   - endpointing: the silence that ends an utterance; nil: the client named none.
    ///   - turn: the client's rule of turns.
    package init(endpointing: Duration? = nil, turn: TurnRule = TurnRule()) {
        let asked = SampleCount(min(max(endpointing ?? .zero, .zero), .seconds(3_600)), at: .speech)
        let rule = [turn.minimumSilence, turn.maximumSilence, turn.finalSilence].compactMap(\.self)
        let isQuick = !rule.isEmpty || turn.confidence != nil || (endpointing ?? .zero) >= TurnRule.leastMeantEndpointing && asked <= Self.longestWait
        let minimum = turn.minimumSilence.map { max(asked, SampleCount($0, at: .speech)) } ?? asked
        let maximum = turn.maximumSilence.map { SampleCount($0, at: .speech) }
        // At least the silence that the client asked for, and at most the silence for which words wait.
        func wait(_ milliseconds: Int) -> SampleCount { min(max(Self.samples(milliseconds), minimum), Self.longestWait) }
        // A rule of turns may end a turn sooner, but not before the look. Only quick finals have such a rule, and they have this one limit.
        let usual = wait(isQuick ? 768 : 864)
        late = max(look, min(usual, maximum ?? usual))
        early = min(max(SampleCount(TurnRule.leastMinimumSilence, at: .speech), isQuick ? minimum : .zero), late)
        // One window sooner: the answer is there when the silence is.
        judgment = max(min(look, early), early - VoiceActivity.window)
        history = isQuick ? nil : PauseHistory.Rule()
        turnSilence = minimum
        lateBehindEnds = isQuick ? late : wait(800)
        // Without a rule of turns, the final of all words ends the turn.
        longestTurn = max(maximum ?? lateBehindEnds, minimum)
        nearTurn = min(max(Self.samples(1_000), minimum), longestTurn)
        if let delay = turn.shortDelay { cut(at: max(SampleCount(delay * 3 / 2, at: .speech), Self.shortestCut)) }
        if let confidence = turn.confidence { completeness = min(max(confidence, 0.05), 1) }
        if let voice = turn.voice { detection.listen(from: voice) }
    }

    /// Limits the length of windows. The places in a window by which it is cut keep their proportions.
    package mutating func cut(at length: SampleCount) {
        guard length < cutLength else { return }
        let whole = cutLength.samples
        func part(_ count: SampleCount) -> SampleCount { SampleCount(count.samples * length.samples / whole) }
        (softLength, beforeCut, behindCut) = (part(softLength), part(beforeCut), part(behindCut))
        (cutDraft, cutDelay, cutLength) = (part(cutDraft), part(cutDelay), length)
    }

    /// Returns the timing for models whose readings are dear: each pause is read once, and after more silence. Nothing leaves before that reading.
    /// There are no draft readings.
    package func lookingOnce() -> LiveTiming {
        var timing = self
        (timing.look, timing.lookAgain, timing.draftEvery) = (Self.samples(260), nil, nil)
        timing.late = max(timing.late, timing.look)
        timing.lateBehindEnds = max(timing.lateBehindEnds, timing.look)
        timing.early = max(timing.early, timing.look)
        timing.judgment = timing.early
        timing.readingsAreDear = true
        return timing
    }

    /// Returns the silence after which words leave in any case.
    package func lateLimit(after pauses: PauseHistory) -> SampleCount { pauses.allowsEarly(history) ? lateBehindEnds : late }

    /// Returns true if a turn is over.
    ///
    /// - Parameters:
    ///   - silence: silence since the turn's last sound.
    ///   - probability: the probability, 0…1, that the turn is complete; nil: nothing is known.
    package func isOver(silence: SampleCount, _ probability: Float?) -> Bool {
        guard silence >= turnSilence else { return false }
        if silence >= longestTurn { return true }
        guard completeness < 1, let probability else { return false }
        if probability > completeness { return true }
        let doubt = Double(1 - max(0, probability) / completeness)
        return silence >= nearTurn + SampleCount(Int64(Double((longestTurn - nearTurn).samples) * doubt))
    }

    /// True if it depends on the end-of-turn model when a turn is over.
    package var judgesTurns: Bool { turnSilence < longestTurn && completeness < 1 }

    private static func samples(_ milliseconds: Int) -> SampleCount { SampleCount(.milliseconds(milliseconds), at: .speech) }
}

extension TurnRule {
    /// The client's delay, where windows are shorter for it; nil: they keep their length. At 4 s, which is the default of Speechmatics' protocol, shorter
    /// windows had 12 % more word errors.
    var shortDelay: Duration? { longestDelay.flatMap { $0 < .seconds(4) ? $0 : nil } }
}

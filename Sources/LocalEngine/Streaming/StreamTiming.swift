package import Speech

/// The lengths that decide when a stream's words are shown and when they become final. In samples at 16 kHz.
package struct StreamTiming: Sendable, Equatable {
    /// Silence after which words become final.
    package var endpointing: SampleCount
    /// Silence that is taken for the end of a sentence, whatever the words before sound like.
    package var sentencePause = SampleCount(.milliseconds(700), at: .speech)
    /// Audio that is heard before the point where speech was detected, because first sounds are soft.
    package var lead = SampleCount(.milliseconds(300), at: .speech)
    /// Audio that is heard behind the end of speech: the time that it takes to detect the end.
    package var tail = SampleCount(2 * 512)
    /// Minimum time between two interims.
    package var interimPeriod = SampleCount(.milliseconds(500), at: .speech)
    /// Time between two interims on a busy machine. An interim is shown some 200 ms after it was begun, so words appear within about one second.
    package var rarePeriod = SampleCount(.milliseconds(800), at: .speech)
    /// Minimum wait between two interims, as a multiple of the time that an interim takes: leaves time to other streams.
    package var restFactor: Int64 = 2
    /// Audio shorter than this often makes the recogniser invent words, so only the trusted words of the result are shown.
    package var doubtful = SampleCount(.milliseconds(1_500), at: .speech)
    /// Length from which a segment ends at the next short pause.
    package var longEnough = SampleCount(.seconds(9), at: .speech)
    /// Length at which a segment is cut between two words.
    package var cutLength = SampleCount(.seconds(13), at: .speech)
    /// Length at which a segment is cut at its quietest point, when recognition is late.
    package var hardLength = SampleCount(.seconds(18), at: .speech)
    /// Distance from the end of the audio within which a word may still change when more audio comes.
    package var settling = SampleCount(.seconds(2), at: .speech)
    /// Maximum audio before a segment that is heard again as its context; `contextGap` is the maximum silence between context and segment.
    package var contextLength = SampleCount(.seconds(6), at: .speech)
    package var contextGap = SampleCount(.seconds(1), at: .speech)
    /// Maximum length of context and segment together.
    package var heardLength = SampleCount(.seconds(13), at: .speech)
    /// Recognition time above which the context is halved, because context costs time. Above twice this time there is no context.
    package var contextPatience = SampleCount(.milliseconds(400), at: .speech)
    /// Maximum silence until an empty final covers it.
    package var silencePeriod = SampleCount(.seconds(10), at: .speech)
    /// Silence that such a final leaves out at the end, because speech may just be beginning.
    package var silenceMargin = SampleCount(.seconds(1), at: .speech)
    /// Silence after which a turn ends that does not sound complete: from `shortTimeout` (nearly complete) to `longTimeout` (far from complete).
    package var shortTimeout = SampleCount(.seconds(1), at: .speech)
    package var longTimeout = SampleCount(.milliseconds(1_500), at: .speech)
    /// Maximum delay: a stream that falls this far behind is given up.
    package var backlog = SampleCount(.seconds(120), at: .speech)
    /// Time for which the voice detector still reports speech after the sound has ended. Endpointing counts from the end of the sound.
    package var hangover = SampleCount(4 * 512)
    /// Mean power, relative to the loudest window of the segment, below which a window is silent: 5 % of the level.
    package var silentShare: Float = 0.0025
    /// True if words on which interims agree are settled: later results keep them. Needs a recogniser that begins with them.
    package var settlesWords = true
    /// True if a request that runs is cancelled as soon as a better one is possible. A server goes on with a cancelled request as a rule, so that
    /// nothing is gained, and its words are lost.
    package var dropsRequests = true
    /// True if the words of interims get exact times.
    package var timesInterims = false
    package var detection = SpeechDetector.Configuration(minimumSpeech: SampleCount(3 * 512), minimumSilence: SampleCount(2 * 512))

    /// Minimum endpointing that clients get. The default of 10 to 25 ms in their protocols is meant for engines that consider the text too; taken
    /// literally, it would cut sentences at every breath.
    static let shortestEndpointing: Duration = .milliseconds(250)

    /// Silence after which words become final that do not sound like the end of a turn. A short phrase that became final too early would mislead the
    /// recogniser in what follows. No effect unless it is longer than `endpointing`.
    package private(set) var hold: SampleCount
    /// Silence that ends a turn which sounds complete.
    package private(set) var turnSilence: SampleCount
    /// Probability, 0…1, from which a turn counts as complete.
    package private(set) var completeness = EndOfTurn.threshold

    package init(endpointing: Duration, turn: TurnRule = TurnRule()) {
        self.endpointing = max(SampleCount(endpointing, at: .speech), .zero)
        let longest = [turn.maximumSilence, turn.finalSilence].compactMap(\.self).map { SampleCount($0, at: .speech) }
        hold = longest.reduce(sentencePause, min)
        turnSilence = max(self.endpointing, SampleCount(turn.minimumSilence ?? .zero, at: .speech))
        if let confidence = turn.confidence { completeness = min(max(confidence, 0.05), 1) }
        if let voice = turn.voice { detection.listen(from: voice) }
        if let longest = turn.maximumSilence { longTimeout = max(SampleCount(longest, at: .speech), turnSilence) }
        shortTimeout = min(max(shortTimeout, turnSilence), longTimeout)
    }

    /// Makes the timing that the stream's client asked for, within the limits of this engine.
    init(_ options: StreamOptions) {
        self.init(endpointing: max(options.endpointing, Self.shortestEndpointing), turn: options.turn)
        timesInterims = options.timesInterims
    }

    /// Returns the wait for a segment's first interim, and for the next interim when the last one had nothing new.
    func soonerPeriod(after took: SampleCount) -> SampleCount {
        max(SampleCount(interimPeriod.samples / 2), SampleCount(took.samples * restFactor))
    }

    /// Returns the wait between two interims, given the time that the last one took. The busier the machine, the longer the wait; it stays within a
    /// second while that leaves half of the time to other streams.
    func interimPeriod(after took: SampleCount) -> SampleCount {
        max(interimPeriod, min(rarePeriod, SampleCount(took.samples * 2 * restFactor)), SampleCount(took.samples * restFactor))
    }
}

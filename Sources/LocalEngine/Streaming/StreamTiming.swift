package import Speech

/// The lengths that decide when a stream's words are shown and made final. In samples at 16 kHz.
package struct StreamTiming: Sendable, Equatable {
    /// Silence after which what was said becomes final.
    package var endpointing: SampleCount
    /// Heard before the point where speech was noticed: first sounds are soft.
    package var lead = SampleCount(.milliseconds(300), at: .speech)
    /// Heard behind the end of speech: as long as it takes to notice that speech has ended.
    package var tail = SampleCount(2 * 512)
    /// An interim comes at most this often.
    package var interimPeriod = SampleCount(.milliseconds(500), at: .speech)
    /// On a busy machine: an interim is shown some 200 ms after it was begun, and then a second has passed.
    package var rarePeriod = SampleCount(.milliseconds(800), at: .speech)
    /// Below this length the recogniser often invents; only what looks right of it is shown.
    package var doubtful = SampleCount(.milliseconds(1_500), at: .speech)
    /// From this length on a segment ends at the next short pause.
    package var longEnough = SampleCount(.seconds(9), at: .speech)
    /// At this length a segment is cut between two words.
    package var cutLength = SampleCount(.seconds(13), at: .speech)
    /// At this length a segment is cut at its quietest point, when recognition is late.
    package var hardLength = SampleCount(.seconds(18), at: .speech)
    /// A word whose end is nearer than this to the end of the audio may be heard otherwise once more audio is there.
    package var settling = SampleCount(.seconds(2), at: .speech)
    /// Audio before a segment that is heard again as its context, and the silence over which there still is one.
    package var contextLength = SampleCount(.seconds(6), at: .speech)
    package var contextGap = SampleCount(.seconds(1), at: .speech)
    /// Context and segment together are no longer than this.
    package var heardLength = SampleCount(.seconds(13), at: .speech)
    /// Context costs time: when a result takes longer than this, there is half as much; none from twice this on.
    package var contextPatience = SampleCount(.milliseconds(400), at: .speech)
    /// Silence is covered by an empty final at least this often.
    package var silencePeriod = SampleCount(.seconds(10), at: .speech)
    /// What silence keeps back from such a final: speech may just be beginning.
    package var silenceMargin = SampleCount(.seconds(1), at: .speech)
    /// A turn that does not sound complete ends after silence of `shortTimeout` (nearly complete) to `longTimeout` (far from it).
    package var shortTimeout = SampleCount(.seconds(1), at: .speech)
    package var longTimeout = SampleCount(.milliseconds(1_500), at: .speech)
    /// A stream that has fallen this far behind is given up.
    package var backlog = SampleCount(.seconds(120), at: .speech)
    /// How much longer than the sound the voice detector's speech may last: it hears on for a while. Endpointing counts from the end of the sound.
    package var hangover = SampleCount(4 * 512)
    /// Mean power of a window, relative to the loudest of the segment, below which it is silent: 5 % of its level.
    package var silentShare: Float = 0.0025
    /// Whether the words of interims get exact times.
    package var timesInterims = false
    package var detection = SpeechDetector.Configuration(minimumSpeech: SampleCount(3 * 512), minimumSilence: SampleCount(2 * 512))

    /// What clients may ask for at the least. Their defaults of 10 to 25 ms are meant for engines that weigh the text too; taken literally, they
    /// would cut sentences at every breath.
    static let shortestEndpointing: Duration = .milliseconds(250)

    /// Silence that ends a turn that sounds complete.
    package private(set) var turnSilence: SampleCount
    /// How complete a turn must sound for that, 0…1.
    package private(set) var completeness = EndOfTurn.threshold

    package init(endpointing: Duration, turn: TurnRule = TurnRule()) {
        self.endpointing = max(SampleCount(endpointing, at: .speech), .zero)
        turnSilence = max(self.endpointing, SampleCount(turn.minimumSilence ?? .zero, at: .speech))
        if let confidence = turn.confidence { completeness = min(max(confidence, 0.05), 1) }
        if let voice = turn.voice { detection.listen(from: voice) }
        if let longest = turn.maximumSilence { longTimeout = max(SampleCount(longest, at: .speech), turnSilence) }
        shortTimeout = min(max(shortTimeout, turnSilence), longTimeout)
    }

    /// As a stream's client wants it, within what this engine can do.
    init(_ options: StreamOptions) {
        self.init(endpointing: max(options.endpointing, Self.shortestEndpointing), turn: options.turn)
        timesInterims = options.timesInterims
    }

    /// How long to wait for a segment's first interim, and for the next when the last one had nothing new to show.
    func soonerPeriod(after took: SampleCount) -> SampleCount { max(SampleCount(interimPeriod.samples / 2), took + took) }

    /// How long to wait from one interim to the next when the last one took so long: the more work there is for everybody, the rarer, but one is
    /// there within a second as long as that leaves half of the time to others.
    func interimPeriod(after took: SampleCount) -> SampleCount {
        let twice = took + took
        return max(interimPeriod, min(rarePeriod, twice + twice), twice)
    }
}

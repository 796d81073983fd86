/// What is asked of an engine's stream when it is opened. What of it may change later, the engine's `Capabilities.liveChanges` say.
package struct StreamOptions: Sendable, Equatable {
    /// Of the 16-bit little-endian PCM that will be sent.
    package var rate: SampleRate
    /// Interleaved channels that will be sent; at most the engine's `channelsPerStream`.
    package var channels: Int
    package var language: LanguageTag?
    /// The client's word for the model, as it came; an engine that does not know it uses its default.
    package var model: String?
    package var interims: Bool
    /// Silence after which what was said becomes final.
    package var endpointing: Duration
    package var turn: TurnRule
    /// Terms that are likely to be said.
    package var keyterms: [String]
    package var diarize: Bool

    package init(
        rate: SampleRate, channels: Int = 1, language: LanguageTag? = nil, model: String? = nil, interims: Bool = true,
        endpointing: Duration = .milliseconds(300), turn: TurnRule = TurnRule(), keyterms: [String] = [], diarize: Bool = false
    ) {
        self.rate = rate
        self.channels = channels
        self.language = language
        self.model = model
        self.interims = interims
        self.endpointing = endpointing
        self.turn = turn
        self.keyterms = keyterms
        self.diarize = diarize
    }
}

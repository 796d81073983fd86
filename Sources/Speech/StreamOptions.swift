/// Options of an engine's stream when it is opened. The engine's `Capabilities.liveChanges` name the options that may change later.
public struct StreamOptions: Sendable, Equatable {
    /// Sample rate of the audio that will be sent, which is 16-bit little-endian PCM.
    public var rate: SampleRate
    /// Interleaved channels that will be sent; at most the engine's `channelsPerStream`.
    public var channels: Int
    public var language: LanguageTag?
    /// The client's word for the model, as it came; an engine that does not know it uses its default.
    public var model: String?
    public var interims: Bool
    /// True if the times of interim words matter; estimates cost less.
    public var timesInterims: Bool
    /// Silence after which what was said becomes final.
    public var endpointing: Duration
    public var turn: TurnRule
    /// Terms that are likely to be said.
    public var keyterms: [String]
    public var diarize: Bool
    /// True if words come with capitals and punctuation; nil: as the engine does it best. With true, nothing that is unformatted is final.
    public var formatted: Bool?
    /// Audio goes to engines behind a socket in pieces of at least this; what is left goes before the next command.
    public var shortestPiece: Duration

    public init(
        rate: SampleRate, channels: Int = 1, language: LanguageTag? = nil, model: String? = nil, interims: Bool = true,
        timesInterims: Bool = false, endpointing: Duration = .milliseconds(300), turn: TurnRule = TurnRule(), keyterms: [String] = [],
        diarize: Bool = false,
        formatted: Bool? = nil, shortestPiece: Duration = .zero
    ) {
        self.rate = rate
        self.channels = channels
        self.language = language
        self.model = model
        self.interims = interims
        self.timesInterims = timesInterims
        self.endpointing = endpointing
        self.turn = turn
        self.keyterms = keyterms
        self.diarize = diarize
        self.formatted = formatted
        self.shortestPiece = shortestPiece
    }
}

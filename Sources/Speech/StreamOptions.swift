/// Options of an engine's stream at its opening. The engine's `Capabilities.liveChanges` name the options that may change later.
public struct StreamOptions: Sendable, Equatable {
    /// Sample rate of the audio, which is 16-bit little-endian PCM.
    public var rate: SampleRate
    /// Number of interleaved channels in the audio; at most the engine's `channelsPerStream`.
    public var channels: Int
    /// The spoken language, by its usual code; nil: the client named none.
    @EngineLanguage public var language: LanguageTag?
    /// The model, as the client named it. An engine that does not know the name uses its default.
    public var model: String?
    public var interims: Bool
    /// True if interim words need exact times. Estimated times cost less.
    public var timesInterims: Bool
    /// Silence after which the words so far become final, as the client asked; nil: the client asked for none, and the engine chooses.
    package var askedEndpointing: Duration?
    /// Silence after which the words so far become final: what the client asked for, or `usualEndpointing`.
    public var endpointing: Duration {
        get { askedEndpointing ?? Self.usualEndpointing }
        set { askedEndpointing = newValue }
    }
    /// The endpointing of clients that ask for none, for engines that need a value.
    package static let usualEndpointing: Duration = .milliseconds(300)
    public var turn: TurnRule
    /// Terms that are likely to be said.
    public var keyterms: [String]
    public var diarize: Bool
    /// True if words have capitals and punctuation; nil: the engine's best form. With true, unformatted words are never final.
    public var formatted: Bool?
    /// Minimum duration of the audio pieces for engines behind a socket. A shorter rest is sent before the next command.
    public var shortestPiece: Duration
    /// Maximum duration of the audio pieces for engines behind a socket, unless the engine's minimum is longer; nil: the engine's own maximum.
    package var longestPiece: Duration?
    /// Rule for hiding sensitive words before anybody gets them; nil: nothing is hidden. An engine that can hide them may do so too.
    package var redaction: RedactionRule?
    /// The client's options in the words of its protocol's vendor; nil: none.
    package var vendorOptions: VendorOptions?
    /// True if each message of a vendor is reported as it came, besides what it says.
    package var reportsMessages = false
    /// Options that several vendors have.
    package var shared = SharedOptions()

    public init(
        rate: SampleRate, channels: Int = 1, language: LanguageTag? = nil, model: String? = nil, interims: Bool = true,
        timesInterims: Bool = false, endpointing: Duration? = nil, turn: TurnRule = TurnRule(), keyterms: [String] = [],
        diarize: Bool = false,
        formatted: Bool? = nil, shortestPiece: Duration = .zero
    ) {
        self.rate = rate
        self.channels = channels
        self.language = language
        self.model = model
        self.interims = interims
        self.timesInterims = timesInterims
        askedEndpointing = endpointing
        self.turn = turn
        self.keyterms = keyterms
        self.diarize = diarize
        self.formatted = formatted
        self.shortestPiece = shortestPiece
    }
}

/// A client's request for a live session, independent of the client's protocol. A dialect makes the request from its handshake.
public struct LiveRequest: Sendable, Equatable {
    public var format: AudioFormat
    public var language: LanguageTag?
    /// The model, as the client named it.
    public var model: String?
    public var interims: Bool
    /// True if the client needs exact times of interim words, because it may take these words for final.
    public var timesInterims: Bool
    /// Silence after which the words so far become final, as the client asked; nil: the client asked for none, and the engine chooses.
    package var askedEndpointing: Duration?
    /// Silence after which the words so far become final: what the client asked for, or `StreamOptions.usualEndpointing`.
    public var endpointing: Duration {
        get { askedEndpointing ?? StreamOptions.usualEndpointing }
        set { askedEndpointing = newValue }
    }
    public var turn: TurnRule
    /// True if each channel is recognised by itself; false: the channels are mixed to one.
    public var separateChannels: Bool
    public var diarize: Bool
    public var keyterms: [String]
    /// Engines to use, in order of preference. Empty: the operator's order.
    public var engines: [EngineName]
    public var workload: Workload
    /// Minimum duration of the audio pieces that go to engines. Joining short pieces adds a little delay, and saves messages when clients send 10 ms
    /// at a time.
    public var shortestPiece: Duration
    /// Rule for hiding sensitive words in the texts of the session; nil: nothing is hidden.
    package var redaction: RedactionRule?
    /// The client's options in the words of its protocol's vendor; nil: none.
    package var vendorOptions: VendorOptions?
    /// Options that several vendors have.
    package var shared = SharedOptions()

    /// Number of channels that are recognised by themselves.
    package var channelCount: Int { if separateChannels, case .raw(_, _, let count) = format { count } else { 1 } }

    public init(
        format: AudioFormat, language: LanguageTag? = nil, model: String? = nil, interims: Bool = true, timesInterims: Bool = false,
        endpointing: Duration? = nil, turn: TurnRule = TurnRule(), separateChannels: Bool = false, diarize: Bool = false,
        keyterms: [String] = [],
        engines: [EngineName] = [], workload: Workload = .realtime, shortestPiece: Duration = .zero
    ) {
        self.format = format
        self.language = language
        self.model = model
        self.interims = interims
        self.timesInterims = timesInterims
        askedEndpointing = endpointing
        self.turn = turn
        self.separateChannels = separateChannels
        self.diarize = diarize
        self.keyterms = keyterms
        self.engines = engines
        self.workload = workload
        self.shortestPiece = shortestPiece
    }
}

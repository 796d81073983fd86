/// A client's request for a live session, in our words. A dialect makes it from its handshake.
public struct LiveRequest: Sendable, Equatable {
    public var format: AudioFormat
    public var language: LanguageTag?
    /// The client's word for the model.
    public var model: String?
    public var interims: Bool
    /// True if the times of interim words matter, because they may be taken for final.
    public var timesInterims: Bool
    public var endpointing: Duration
    public var turn: TurnRule
    /// Recognise each channel by itself; otherwise channels are mixed to one.
    public var separateChannels: Bool
    public var diarize: Bool
    public var keyterms: [String]
    /// The engines to use, in order of preference; empty means the operator's order.
    public var engines: [EngineName]
    public var workload: Workload
    /// Audio goes to engines in pieces of at least this: what costs a little time spares those messages whose clients send ten milliseconds at once.
    public var shortestPiece: Duration

    public init(
        format: AudioFormat, language: LanguageTag? = nil, model: String? = nil, interims: Bool = true, timesInterims: Bool = false,
        endpointing: Duration = .milliseconds(300), turn: TurnRule = TurnRule(), separateChannels: Bool = false, diarize: Bool = false,
        keyterms: [String] = [],
        engines: [EngineName] = [], workload: Workload = .realtime, shortestPiece: Duration = .zero
    ) {
        self.format = format
        self.language = language
        self.model = model
        self.interims = interims
        self.timesInterims = timesInterims
        self.endpointing = endpointing
        self.turn = turn
        self.separateChannels = separateChannels
        self.diarize = diarize
        self.keyterms = keyterms
        self.engines = engines
        self.workload = workload
        self.shortestPiece = shortestPiece
    }
}

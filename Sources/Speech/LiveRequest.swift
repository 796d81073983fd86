/// What a client asked for when it opened a live session, in our words. A dialect makes it from its handshake.
package struct LiveRequest: Sendable, Equatable {
    package var format: AudioFormat
    package var language: LanguageTag?
    /// The client's word for the model.
    package var model: String?
    package var interims: Bool
    package var endpointing: Duration
    package var turn: TurnRule
    /// Recognise each channel by itself; otherwise channels are mixed to one.
    package var separateChannels: Bool
    package var diarize: Bool
    package var keyterms: [String]
    /// The engines to use, in order of preference; empty means the operator's order.
    package var engines: [EngineName]
    package var workload: Workload

    package init(
        format: AudioFormat, language: LanguageTag? = nil, model: String? = nil, interims: Bool = true,
        endpointing: Duration = .milliseconds(300), turn: TurnRule = TurnRule(), separateChannels: Bool = false, diarize: Bool = false,
        keyterms: [String] = [],
        engines: [EngineName] = [], workload: Workload = .realtime
    ) {
        self.format = format
        self.language = language
        self.model = model
        self.interims = interims
        self.endpointing = endpointing
        self.turn = turn
        self.separateChannels = separateChannels
        self.diarize = diarize
        self.keyterms = keyterms
        self.engines = engines
        self.workload = workload
    }
}

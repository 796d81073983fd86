/// The capabilities of an engine. Declared by its author, never probed.
public struct Capabilities: Sendable, Equatable {
    public enum Languages: Sendable, Equatable {
        case any
        /// Primary subtags: `en`, `de`.
        case only(Set<String>)

        public func contains(_ language: LanguageTag) -> Bool {
            switch self {
            case .any: true
            case .only(let known): known.contains(language.primary)
            }
        }
    }

    public var streaming: Bool
    public var prerecorded: Bool
    public var languages: Languages
    /// Model names for people, the default first.
    public var models: [String]
    public var interims: Bool
    public var wordTimes: Bool
    public var speakers: Bool
    /// Interleaved channels that one stream takes.
    public var channelsPerStream: Int
    /// Maximum speed of a stream, in seconds of audio per second; nil when there is no limit.
    public var pace: Double?
    /// The longest that one stream may last; nil when there is no limit.
    public var sessionCap: Duration?
    /// Options that `EngineCommand.update` may change in a stream; anything else takes a new stream.
    public var liveChanges: Set<StreamAspect>

    public init(
        streaming: Bool, prerecorded: Bool, languages: Languages, models: [String], interims: Bool = true, wordTimes: Bool = true,
        speakers: Bool = false, channelsPerStream: Int = 1, pace: Double? = nil, sessionCap: Duration? = nil, liveChanges: Set<StreamAspect> = []
    ) {
        self.streaming = streaming
        self.prerecorded = prerecorded
        self.languages = languages
        self.models = models
        self.interims = interims
        self.wordTimes = wordTimes
        self.speakers = speakers
        self.channelsPerStream = channelsPerStream
        self.pace = pace
        self.sessionCap = sessionCap
        self.liveChanges = liveChanges
    }
}

extension Capabilities {
    /// The language to ask the engine for when a client asks for `language`: an engine of one language hears that one for `multi`.
    public func language(for language: LanguageTag?) -> LanguageTag? {
        if language?.primary == "multi", case .only(let known) = languages, known.count == 1 { nil } else { language }
    }
}

/// The capabilities of an engine. The engine's author declares them; they are never probed.
public struct Capabilities: Sendable, Equatable {
    public enum Languages: Sendable, Equatable {
        case any
        /// Primary subtags: `en`, `de`.
        case only(Set<String>)

        public func contains(_ language: LanguageTag) -> Bool {
            switch self {
            case .any: true
            case .only(let known): known.contains(language.primary) || known.contains(language.usual.primary)
            }
        }

        /// Returns the languages that this or `other` has.
        package func union(_ other: Languages) -> Languages {
            guard case .only(let own) = self, case .only(let others) = other else { return .any }
            return .only(own.union(others))
        }
    }

    public var streaming: Bool
    public var prerecorded: Bool
    public var languages: Languages
    /// Model names to show to people, the default first.
    public var models: [String]
    public var interims: Bool
    public var wordTimes: Bool
    public var speakers: Bool
    /// Interleaved channels that one stream takes.
    public var channelsPerStream: Int
    /// Maximum speed of a stream, in seconds of audio per second; nil when there is no limit.
    public var pace: Double?
    /// Maximum duration of one stream; nil when there is no limit.
    public var sessionCap: Duration?
    /// Options that `EngineCommand.update` may change in an open stream, with some of the engine's models at least. A change of any other option needs a
    /// new stream.
    public var liveChanges: Set<StreamAspect>
    /// Models among `models`, in lower case, whose words have no times of their own although those of the others do.
    package var untimedModels: Set<String> = []
    /// True if `EngineCommand.update` may also change options in the vendor's own words in an open stream.
    package var takesVendorChanges = false
    /// True if Harken's own detector finds the pauses of live audio, so that a client's whole rule of turns is in force.
    package var findsPauses = false

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
    /// Returns the language to ask the engine for when a client asks for `language`. For `multi`, an engine with one language gets nil and hears that
    /// one.
    public func language(for language: LanguageTag?) -> LanguageTag? {
        if language?.isMulti == true, case .only(let known) = languages, known.count == 1 { nil } else { language }
    }

    /// Returns the model that the engine uses when a client asks for `model`: the same if the engine has it, else the engine's default. An engine that
    /// lists no models may have any.
    package func model(for model: String?) -> String? {
        guard let standard = models.first else { return model }
        return models.first { $0.lowercased() == model?.lowercased() } ?? standard
    }

    /// True if words have times of their own when a client asks for `model`.
    package func timesWords(of model: String?) -> Bool {
        wordTimes && !(self.model(for: model).map { untimedModels.contains($0.lowercased()) } ?? false)
    }
}

package import Speech

/// A part of a client's rule of turns.
///
/// This is the one place that says which engine heeds which part. A vendor's client sends the vendor's counterpart of a part, where the vendor has one;
/// an engine without it ignores the part, and the client is told.
package enum TurnPart: Sendable, CaseIterable {
    /// Confidence with which a model ends a turn.
    case confidence
    /// Silence after which words become final.
    case endpointing
    /// Silence that ends a turn, whatever a model says.
    case maximumSilence
    /// Silence that ends a turn of which a model is confident.
    case minimumSilence
    /// Probability from which audio counts as speech.
    case voice

    /// The live streams of an engine.
    package struct Engine: Sendable, Equatable {
        package var name: EngineName
        /// The model that the client named; nil: none.
        package var namedModel: String?
        /// The engine's model for clients that name none; nil: the vendor's usual one.
        package var usualModel: String?
        /// True if Harken's own detector finds the pauses: all parts are in force, whatever the vendor has.
        package var findsPauses: Bool

        package init(_ name: EngineName, namedModel: String? = nil, usualModel: String? = nil, findsPauses: Bool = false) {
            self.name = name
            self.namedModel = namedModel
            self.usualModel = usualModel
            self.findsPauses = findsPauses
        }
    }

    /// Silence that stands for never: engines end no turn by a silence of this length or more.
    static let never: Duration = .seconds(60)

    /// Returns true if an engine's live streams heed the part.
    ///
    /// - Parameter silence: the client's value, where it is a silence; nil: a value that the engine's vendor has too.
    package func isHeeded(by engine: Engine, at silence: Duration? = nil) -> Bool {
        if engine.findsPauses { return true }
        switch engine.name.rawValue {
        // Shorter silences are left to the vendor, which weighs the words too.
        case "assemblyai": return self != .endpointing || silence.map { $0 > AssemblyAILiveClient.usualSilence } ?? true
        case "deepgram":
            // Flux' model ends turns, the other models' turns end by a silence alone.
            let isFlux = engine.namedModel.map { DeepgramFluxOptions.models.contains($0.lowercased()) } ?? false
            return isFlux ? self == .confidence || self == .maximumSilence : isPlainSilence
        case "openai": return isPlainSilence
        case "soniox":
            if isPlainSilence { return silence.map { $0 >= Self.never } ?? false }
            return self == .maximumSilence && silence.map { $0 <= SonioxConfiguration.longestEndpointDelay } ?? true
        case "speechmatics":
            guard isPlainSilence else { return false }
            let isNever = silence.map { $0 >= Self.never } ?? false
            // Agent STT knows no silence: it ends turns, or the client does.
            if SpeechmaticsAgentClient.isModel(of: engine) { return isNever }
            return isNever || silence.map { $0 <= SpeechmaticsConfiguration.longestTrigger } ?? true
        default: return true
        }
    }

    /// True if the part is a silence that an engine without a model for the ends of turns has too.
    private var isPlainSilence: Bool { self == .endpointing || self == .minimumSilence }

    /// Returns the silence for which the value of a client's option stands; nil: the value is none.
    static func silence(of value: VendorOptions.Option.Value) -> Duration? {
        let text = value.text
        if let eagerness = RealtimeTurnDetection.Eagerness(rawValue: text) { return eagerness.patience }
        guard let milliseconds = Double(text), (0...3_600_000).contains(milliseconds) else { return nil }
        return .milliseconds(Int64(milliseconds))
    }
}

extension Set<TurnPart> {
    /// True if an engine's live streams heed one of the parts; there are none in an option that is not about turns.
    func areHeeded(by engine: TurnPart.Engine, at silence: Duration? = nil) -> Bool { isEmpty || contains { $0.isHeeded(by: engine, at: silence) } }
}

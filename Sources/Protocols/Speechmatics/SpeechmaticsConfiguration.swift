import Framing
package import Speech

/// `StartRecognition`: the configuration of a client's session.
///
/// Members that are not read here are left to Speechmatics' own engine: see `SpeechmaticsOptions`.
///
/// Source: Speechmatics "Real-time API" reference, message `StartRecognition`.
package struct SpeechmaticsConfiguration: Sendable, Equatable {
    package var format: AudioFormat
    package var language: LanguageTag
    package var model: String
    package var changes = SpeechmaticsChange()
    package var diarizes = false
    /// The client's names of its channels, each of which the client sends separately; empty: one channel without a name.
    package var channels: [String] = []
    /// Silence that ends an utterance; nil: silence does not end utterances.
    package var endOfUtterance: Duration?
    package var vocabulary: [String] = []
    /// The marks that may be shown; nil: all marks.
    package var permittedMarks: [String]?
    package var replacements: [WordReplacement] = []
    /// True if the client asked for translation, which no engine here can do.
    package var asksForTranslation = false
    /// Names of members of the opening message that no engine is asked for.
    var unsupportedOptions: [String] = []
    /// The members of `transcription_config` that go to Speechmatics as they are.
    package var vendorOptions: VendorOptions?
    /// The members that cannot change while the session runs, as `StartRecognition` has them.
    var fixed: [VendorOptions.Option] = []
    package var shared = SharedOptions()
    /// The settings of an Agent STT session; nil: the session is one of the real-time API.
    package var agent: SpeechmaticsAgentSettings?

    package init(format: AudioFormat, language: LanguageTag, model: String) {
        self.format = format
        self.language = language
        self.model = model
    }

    package var delay: Duration { changes.delay ?? .seconds(4) }
    package var partials: Bool { changes.partials ?? false }

    func request(engines: [EngineName]) -> LiveRequest {
        var request = LiveRequest(
            format: format, language: ["auto", "multi"].contains(language.primary) ? .multi : spoken, model: model,
            timesInterims: agent == nil, separateChannels: channels.count > 1, diarize: diarizes, keyterms: vocabulary, engines: engines)
        // The silence that ends an utterance also makes its words final.
        if let endOfUtterance {
            request.endpointing = endOfUtterance
            request.turn = TurnRule(minimumSilence: endOfUtterance, maximumSilence: endOfUtterance)
        }
        if let agent {
            request.endpointing = agent.endpointing
            request.turn = agent.turn
        } else {
            request.turn.longestDelay = delay
        }
        request.vendorOptions = vendorOptions
        request.shared = shared
        return request
    }

    /// The language for engines: of a pack, such as `en_ms`, its first one. What else stands behind a code is a region.
    private var spoken: LanguageTag { Self.isPack(language) ? LanguageTag(language.primary) : language }

    /// True if the name means the language with which the session began: clients repeat what they have said.
    func isInForce(language name: String) -> Bool {
        switch LanguageName(name) {
        case .language(let tag)?: tag.primary == self.language.primary
        case .detected?: self.language.primary == "auto"
        case .several?, nil: self.language == .multi
        }
    }

    private static func isPack(_ language: LanguageTag) -> Bool {
        let parts = language.rawValue.split(separator: "_")
        return parts.count > 1 && packed.contains(String(parts[1]))
    }

    /// True if the vendor has the code in this form: it knows no regions.
    static func isOwn(_ language: LanguageTag) -> Bool { isPack(language) || language.rawValue == code(of: language) }

    /// The further languages in the vendor's packs: `cmn_en`, `cmn_en_ms_ta`, `en_ms`, `en_ta`.
    private static let packed: Set<String> = ["en", "ms", "ta"]

    /// Returns the vendor's code of a language: `cmn` for Chinese.
    static func code(of language: LanguageTag) -> String { language.usual.primary == "zh" ? "cmn" : language.primary }

    /// Names of the vendor's models.
    static let models: Set<String> = ["standard", "enhanced", "melia-1"]
}

/// The settings that may change while a session runs. A nil setting keeps its value.
package struct SpeechmaticsChange: Sendable, Equatable {
    /// Maximum time after a word until the word becomes final.
    package var delay: Duration?
    package var partials: Bool?

    package init(delay: Duration? = nil, partials: Bool? = nil) {
        self.delay = delay
        self.partials = partials
    }

    mutating func apply(_ other: SpeechmaticsChange) {
        delay = other.delay ?? delay
        partials = other.partials ?? partials
    }
}

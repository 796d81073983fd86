package import Speech

/// The settings that a client may give when it connects and change while it speaks. A nil setting was not given.
package struct AssemblyAIConfiguration: Sendable, Equatable {
    /// `end_of_turn_confidence_threshold`, 0…1.
    package var confidence: Double?
    /// `min_turn_silence`, in milliseconds.
    package var minimumSilence: Int?
    /// `max_turn_silence`, in milliseconds.
    package var maximumSilence: Int?
    /// `format_turns`.
    package var formatsTurns: Bool?
    /// `vad_threshold`, 0…1.
    package var voiceThreshold: Double?
    /// `session_heartbeat`: report the session's state at intervals.
    package var sendsHeartbeats: Bool?
    /// `acknowledge_silence`: report the spans in which nothing was spoken.
    package var tellsSilence: Bool?
    /// `keyterms_prompt`; an empty list removes all key terms.
    package var keyterms: [String]?
    /// `language_codes`; an empty list leaves the language to the model.
    package var languages: [String]?
    /// `prompt`: a text that describes the audio.
    package var prompt: String?
    /// `filter_profanity`.
    package var hidesProfanity: Bool?

    package init(
        confidence: Double? = nil, minimumSilence: Int? = nil, maximumSilence: Int? = nil, formatsTurns: Bool? = nil,
        voiceThreshold: Double? = nil, sendsHeartbeats: Bool? = nil, tellsSilence: Bool? = nil, keyterms: [String]? = nil,
        languages: [String]? = nil, prompt: String? = nil, hidesProfanity: Bool? = nil
    ) {
        self.confidence = confidence
        self.minimumSilence = minimumSilence
        self.maximumSilence = maximumSilence
        self.formatsTurns = formatsTurns
        self.voiceThreshold = voiceThreshold
        self.sendsHeartbeats = sendsHeartbeats
        self.tellsSilence = tellsSilence
        self.keyterms = keyterms
        self.languages = languages
        self.prompt = prompt
        self.hidesProfanity = hidesProfanity
    }

    package mutating func apply(_ change: AssemblyAIConfiguration) {
        confidence = change.confidence ?? confidence
        minimumSilence = change.minimumSilence ?? minimumSilence
        maximumSilence = change.maximumSilence ?? maximumSilence
        formatsTurns = change.formatsTurns ?? formatsTurns
        voiceThreshold = change.voiceThreshold ?? voiceThreshold
        sendsHeartbeats = change.sendsHeartbeats ?? sendsHeartbeats
        tellsSilence = change.tellsSilence ?? tellsSilence
        keyterms = change.keyterms ?? keyterms
        languages = change.languages ?? languages
        prompt = change.prompt ?? prompt
        hidesProfanity = change.hidesProfanity ?? hidesProfanity
    }
}

/// The settings in the terms of a session.
extension AssemblyAIConfiguration {
    /// The vendor's default for `min_turn_silence`, in milliseconds.
    private static let usualSilence = 400
    /// Minimum for `max_turn_silence` with other vendors' engines, in milliseconds: a shorter one is named as ignored. The voice-agent integrations ask for
    /// 100 ms. Their makers mean this value for a model that weighs the text too; taken literally it cuts sentences at every breath.
    static let leastMaximumSilence = 500

    /// The vendor's default for `max_turn_silence`, in milliseconds.
    private static let standardMaximumSilence = 1_280

    /// The rule of turns. With a confidence of 1 the model ends no turn: the longest silence alone does (`TurnRule.soleSilence`).
    package var turn: TurnRule {
        let maximumSilence = maximumSilence ?? (confidence == 1 ? Self.standardMaximumSilence : nil)
        return TurnRule(
            confidence: confidence.map { Float($0) }, minimumSilence: minimumSilence.map { .milliseconds($0) },
            maximumSilence: maximumSilence.map { .milliseconds(max($0, Self.leastMaximumSilence, minimumSilence ?? 0)) },
            voice: voiceThreshold.map { Float($0) })
    }

    package var endpointing: Duration { .milliseconds(minimumSilence ?? Self.usualSilence) }

    /// Language of the session: `multi` for several languages and for an empty list; nil when the client did not give any setting.
    package var language: LanguageTag? { languages.map { $0.count == 1 ? LanguageTag($0[0]) : .multi } }

    /// The languages that the session's is found among, where the client names several; empty: all.
    package var choice: [LanguageTag] {
        let names = (languages ?? []).compactMap { LanguageName($0)?.named }
        return names.count > 1 && names.count == languages?.count ? names : []
    }

    /// Returns what changes in a session when its configuration goes from `self` to `new`; nil when nothing changes.
    ///
    /// - Parameters:
    ///   - given: the members that the client wrote, for the vendor.
    ///   - shared: the session's options that several vendors have.
    package func change(
        to new: AssemblyAIConfiguration, _ given: [VendorOptions.Option] = [], _ shared: SharedOptions = SharedOptions()
    ) -> StreamChange? {
        var change = StreamChange()
        if !given.isEmpty {
            var vendor = VendorChange(given, replacing: Self.otherNames(of: given))
            vendor.dropForeignLanguages(in: ["language_codes"], words: ["multi"])
            change.vendor = vendor
        }
        if new.prompt != prompt || new.choice != choice {
            change.shared = shared
            change.shared?.prompt = new.prompt
            change.shared?.languages = new.choice
        }
        if new.turn != turn { change.turn = new.turn }
        if new.endpointing != endpointing { change.endpointing = new.endpointing }
        if new.keyterms != keyterms { change.keyterms = new.keyterms ?? [] }
        if new.language != language { change.language = new.language }
        return change.isEmpty ? nil : change
    }

    /// Returns the names by which the opening may have had the same settings.
    private static func otherNames(of given: [VendorOptions.Option]) -> Set<String> {
        var names: Set<String> = []
        for option in given {
            switch option.name {
            case "min_turn_silence", "min_end_of_turn_silence_when_confident":
                names.formUnion(["min_turn_silence", "min_end_of_turn_silence_when_confident"])
            case "language_codes": names.insert("language_code")
            default: break
            }
        }
        return names
    }
}

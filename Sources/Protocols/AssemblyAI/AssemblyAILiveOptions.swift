import Framing
package import Speech

/// The parameters of a live handshake.
///
/// Applied: `sample_rate`, `encoding`, `speech_model`, the members of `AssemblyAIConfiguration`, `language_code`, `language_detection`,
/// `inactivity_timeout`, `speaker_labels`, `filter_profanity`, `redact_pii`, `redact_pii_policies`, `redact_pii_sub`. Checked,
/// and then left to the engine: `prompt`, `agent_context`, `previous_context_n_turns`, `max_speakers`, `mode`, `continuous_partials`,
/// `interruption_delay`, `voice_focus`, `voice_focus_threshold`. `AssemblyAIOptions` lists all that AssemblyAI's own engine is sent.
package struct AssemblyAILiveOptions: Sendable, Equatable {
    package var format: AudioFormat
    package var model: AssemblyAIModel
    package var mode: String
    package var configuration: AssemblyAIConfiguration
    package var reportsLanguage: Bool
    package var labelsSpeakers: Bool
    package var hidesProfanity: Bool
    /// Rule for hiding sensitive words in all texts; nil: nothing is hidden.
    package var redaction: AssemblyAIRedaction?
    /// Longest time without audio or messages from the client; then the session ends. nil: no limit.
    package var inactivityLimit: Duration?
    package var engines: [EngineName]
    /// The parameters that go to AssemblyAI as they are.
    package var vendorOptions: VendorOptions
    package var shared: SharedOptions
    /// The parameters as the client wrote them.
    private let query: URLQuery

    private enum Encoding: String, CaseIterable {
        case linear16 = "pcm_s16le"
        case mulaw = "pcm_mulaw"
        case opus
        case oggOpus = "ogg_opus"
        case aac
    }

    enum Mode: String, CaseIterable {
        case leastLatency = "min_latency"
        case balanced
        case mostAccurate = "max_accuracy"
    }

    private enum VoiceFocus: String, CaseIterable {
        case near = "near-field"
        case far = "far-field"
    }

    init(_ head: HTTPRequestHead) throws(QueryParameterError) {
        self.query = head.query
        let query = QueryParameters(query: head.query)
        format = try Self.format(query)
        model = query.text("speech_model").map(AssemblyAIModel.init) ?? .fallback
        mode = (try query.choice("mode", Mode.self) ?? .balanced).rawValue
        try Self.checkOthers(query)
        let older = try query.whole("min_end_of_turn_silence_when_confident", in: AssemblyAISettings.silences)
        configuration = AssemblyAIConfiguration(
            confidence: try query.number("end_of_turn_confidence_threshold", in: 0...1),
            minimumSilence: try query.whole("min_turn_silence", in: AssemblyAISettings.silences) ?? older,
            maximumSilence: try query.whole("max_turn_silence", in: AssemblyAISettings.silences), formatsTurns: try query.flag("format_turns"),
            voiceThreshold: try query.number("vad_threshold", in: 0...1), sendsHeartbeats: try query.flag("session_heartbeat"),
            tellsSilence: try query.flag("acknowledge_silence"),
            keyterms: try Self.keyterms(query), languages: try Self.languages(query), prompt: query.text("prompt"))
        reportsLanguage = try query.flag("language_detection") ?? false
        labelsSpeakers = try query.flag("speaker_labels") ?? false
        hidesProfanity = try query.flag("filter_profanity") ?? false
        inactivityLimit = try query.whole("inactivity_timeout", in: 5...3_600).map { .seconds($0) }
        engines = EngineChoice.engines(of: head)
        vendorOptions = AssemblyAIOptions.table.options(in: head.query, .live)
        vendorOptions.dropForeignLanguages(in: ["language_code", "language_codes"], words: ["multi"])
        shared = SharedOptions(prompt: query.text("prompt"), maxSpeakers: try query.whole("max_speakers", in: 1...100))
        shared.languages = configuration.choice
        redaction = try Self.redaction(query, language: language)
    }

    /// Parameters whose texts the query may have in small and capital letters.
    private static let choices: Set<String> = ["encoding", "speech_model", "voice_focus"]

    /// True if a member of `UpdateConfiguration` says only what the opening has said, however the opening has spelled it.
    func isInForce(_ member: VendorOptions.Option) -> Bool {
        let said = query.all(member.name)
        guard let first = said.first else { return member.value.isEmpty }
        guard case .json(let json) = member.value, let value = try? JSONValue(parsing: Array(json.utf8)) else { return false }
        switch value {
        case .bool(let isOn): return first.equalsIgnoringCase(isOn ? "true" : "false")
        case .int(let number): return Double(first) == Double(number)
        case .double(let number): return Double(first) == number
        case .string(let text): return said == [text] || Self.choices.contains(member.name) && first.equalsIgnoringCase(text)
        case .array: return (try? Self.list(member.name, QueryParameters(query: query))) == member.value.texts
        case .object: return (try? JSONValue(parsing: Array(first.utf8)))?.sortedByName == value.sortedByName
        case .null: return false
        }
    }

    package var request: LiveRequest {
        var request = LiveRequest(
            format: format, language: language, model: model.name, endpointing: configuration.endpointing, turn: configuration.turn,
            diarize: labelsSpeakers, keyterms: configuration.keyterms ?? [], engines: engines)
        request.redaction = redaction?.rule
        request.vendorOptions = vendorOptions
        request.shared = shared
        return request
    }

    /// The language that the client named, or the language of its model; `multi` for a client of another model that wants to be told the language.
    /// nil when none of these is known.
    private var language: LanguageTag? {
        if let said = configuration.language { return said }
        switch model {
        case .english: return .english
        case .multilingual: return .multi
        default: return reportsLanguage ? .multi : nil
        }
    }

    private static func format(_ query: QueryParameters) throws(QueryParameterError) -> AudioFormat {
        let encoding = try query.choice("encoding", Encoding.self) ?? .linear16
        let rates = SampleRate.accepted
        let rate = try query.whole("sample_rate", in: rates.lowerBound.hertz...rates.upperBound.hertz).map { SampleRate(hertz: $0) }
        switch encoding {
        // The vendor's default is 16 kHz, for both encodings.
        case .linear16, .mulaw: return .raw(encoding == .mulaw ? .mulaw : .linear16, rate ?? .speech, channels: 1)
        case .opus: return .raw(.opus, rate ?? .opus, channels: 1)
        // Streams of both encodings describe themselves.
        case .oggOpus, .aac: return .container
        }
    }

    private static func checkOthers(_ query: QueryParameters) throws(QueryParameterError) {
        _ = try query.flag("continuous_partials")
        _ = try query.number("voice_focus_threshold", in: 0...1)
        _ = try query.whole("previous_context_n_turns", in: 0...100)
        _ = try query.whole("interruption_delay", in: 0...1_000)
        _ = try query.choice("voice_focus", VoiceFocus.self)
        if let context = query.text("agent_context"), context.count > AssemblyAISettings.longestContext {
            throw QueryParameterError(message: "agent_context is longer than \(AssemblyAISettings.longestContext) characters.")
        }
    }

    private static func redaction(_ query: QueryParameters, language: LanguageTag?) throws(QueryParameterError) -> AssemblyAIRedaction? {
        let policies = try list("redact_pii_policies", query) ?? [], substitution = query.text("redact_pii_sub")
        guard try query.flag("redact_pii") ?? false else { return nil }
        if let problem = AssemblyAIRedaction.problem(policies: policies, substitution: substitution, language: language) {
            throw QueryParameterError(message: problem)
        }
        return AssemblyAIRedaction(policies: policies, substitution: substitution)
    }

    private static func keyterms(_ query: QueryParameters) throws(QueryParameterError) -> [String]? {
        let terms = try list("keyterms_prompt", query)
        do throws(AssemblyAISettingsError) {
            return try terms.map { terms throws(AssemblyAISettingsError) in try AssemblyAISettings.checked(terms: terms) }
        } catch {
            throw QueryParameterError(message: error.message)
        }
    }

    /// Returns the languages that the query names. `language_codes` counts before `language_code`, as at the vendor.
    private static func languages(_ query: QueryParameters) throws(QueryParameterError) -> [String]? {
        guard let codes = try list("language_codes", query) else { return try query.language(.assemblyAILive).map { [$0.tag.rawValue] } }
        do throws(AssemblyAISettingsError) {
            return try AssemblyAISettings.checked(languages: codes)
        } catch {
            throw QueryParameterError(message: error.message)
        }
    }

    /// Returns the items of a parameter that is a JSON array or is repeated; nil when the parameter is absent.
    private static func list(_ name: String, _ query: QueryParameters) throws(QueryParameterError) -> [String]? {
        let values = try query.list(name)
        guard !values.isEmpty else { return nil }
        var items: [String] = []
        for value in values {
            guard value.first == "[" else {
                items.append(value)
                continue
            }
            guard let strings = strings(in: value) else { throw query.wrong(name, value, "a JSON array of strings") }
            items += strings
        }
        return items
    }

    private static func strings(in json: String) -> [String]? {
        do throws(JSONError) {
            let document = try JSONDocument(parsing: Array(json.utf8), sizeLimit: 65_536, depthLimit: 4)
            return document.root.strings
        } catch {
            return nil
        }
    }
}

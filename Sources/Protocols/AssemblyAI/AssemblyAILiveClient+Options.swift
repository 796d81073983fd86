import Framing
import Speech

extension AssemblyAILiveClient {
    package static let vendor = Vendor(
        name: EngineName("assemblyai"), capabilities: capabilities,
        streamingAddress: "wss://streaming.assemblyai.com", audio: AudioMessages(),
        billed: { BilledFeature.sent(toAssemblyAI: AssemblyAILiveClient.query($0, AssemblyAILiveClient.model(for: $0))) },
        // Shorter silences are left to the vendor, which weighs the words too.
        heeds: { part, _, silence in part != .endpointing || silence.map { $0 > AssemblyAILiveClient.usualSilence } ?? true },
        unnamedLanguage: { AssemblyAILiveClient.model(named: $0.namedModel, language: nil).unnamedLanguage },
        connect: { AssemblyAILiveClient($0, credential: $1) })

    private static var capabilities: Capabilities {
        var capabilities = Capabilities(
            streaming: true, prerecorded: false, languages: .only(AssemblyAIModel.languages),
            models: [AssemblyAIModel.english, .multilingual, .widest].map(\.name), speakers: true, pace: 1,
            sessionCap: .seconds(3 * 3_600), liveChanges: [.endpointing, .turn, .keyterms, .formatted])
        capabilities.takesVendorChanges = true
        return capabilities
    }

    /// Returns the model that the client named if the vendor has this model. Otherwise: a model that has the language, or that finds it if the client
    /// named none; models that report word by word come before models that report whole segments.
    static func model(for options: StreamOptions) -> AssemblyAIModel { Self.model(named: options.model, language: options.language) }

    static func model(named name: String?, language: LanguageTag?) -> AssemblyAIModel {
        if let named = name.map(AssemblyAIModel.init), named.isKnown { return named }
        switch language?.primary {
        case "en": return .english
        case nil, "es", "fr", "de", "it", "pt", "multi": return .multilingual
        case .some: return .widest
        }
    }

    /// Returns the query of the handshake. Options that are left to the vendor are not in the query.
    static func query(_ options: StreamOptions, _ model: AssemblyAIModel) -> URLQuery {
        let configuration = configuration(options, model)
        let given = AssemblyAIOptions.table.sent(options.vendorOptions, .live)
        func has(_ names: String...) -> Bool { given.contains { names.contains($0.name) } }
        var query: URLQuery = ["sample_rate": "\(options.rate.hertz)", "encoding": "pcm_s16le"]
        let named = given.last { $0.name == "speech_model" }?.value.text
        query.add("speech_model", named.flatMap { AssemblyAIModel(name: $0).isKnown ? $0 : nil } ?? model.name)
        if let formats = configuration.formatsTurns { query.add("format_turns", "\(formats)") }
        if let confidence = configuration.confidence, !has("end_of_turn_confidence_threshold") {
            query.add("end_of_turn_confidence_threshold", "\(confidence)")
        }
        if let silence = configuration.minimumSilence, !has("min_turn_silence", "min_end_of_turn_silence_when_confident") {
            query.add("min_turn_silence", "\(silence)")
        }
        // The session's value is never below 500 ms, for engines that do not weigh the text.
        if let silence = configuration.maximumSilence, !has("max_turn_silence") { query.add("max_turn_silence", "\(silence)") }
        if let threshold = configuration.voiceThreshold, !has("vad_threshold") { query.add("vad_threshold", "\(threshold)") }
        if let terms = configuration.keyterms, !terms.isEmpty, !has("keyterms_prompt") { query.add("keyterms_prompt", json(terms)) }
        let language = model.unnamedLanguage.asked(options.language, among: options.shared.languages)
        // The vendor's newer models find the language where none is named; a client that says so in the vendor's words is not asked for more.
        let isAskedFor = language?.isMulti == true && has("language_detection")
        if model.family == .universal3, let language, !isAskedFor, !has("language_code", "language_codes") {
            query.add("language_codes", json([language.primary]))
        }
        if model != .english, language?.isMulti == true, !has("language_detection", "language_codes") {
            query.add("language_detection", "true")
        }
        if options.diarize, !has("speaker_labels") { query.add("speaker_labels", "true") }
        if let most = options.shared.maxSpeakers, options.diarize, !has("max_speakers") { query.add("max_speakers", "\(most)") }
        if let prompt = options.shared.prompt, model.takesPrompt, !has("prompt") { query.add("prompt", prompt) }
        for option in given where option.name != "speech_model" { query.add(option.name, option.value.text) }
        return query
    }

    /// Returns the options that may change while the stream is open.
    static func configuration(_ options: StreamOptions, _ model: AssemblyAIModel) -> AssemblyAIConfiguration {
        var configuration = AssemblyAIConfiguration(
            confidence: options.turn.confidence.map(share),
            minimumSilence: options.turn.minimumSilence.map(silence), maximumSilence: options.turn.maximumSilence.map(silence),
            // The newer models always format.
            formatsTurns: model.family == .universalStreaming ? options.formatted : nil, voiceThreshold: options.turn.voice.map(share),
            keyterms: Array(options.keyterms.lazy.filter { $0.count <= AssemblyAISettings.longestTerm }.prefix(AssemblyAISettings.maxTerms)))
        // A client that wants to wait longer than the vendor does must not be cut off. Shorter pauses are left to the vendor, which weighs the words
        // too.
        if configuration.minimumSilence == nil, options.endpointing > usualSilence {
            let wanted = silence(options.endpointing)
            configuration.minimumSilence = wanted
            configuration.maximumSilence = configuration.maximumSilence ?? max(wanted, longSilence)
        }
        return configuration
    }

    /// The vendor's default for `min_turn_silence`.
    static let usualSilence: Duration = .milliseconds(400)
    /// The vendor's default for `max_turn_silence`, in milliseconds.
    private static let longSilence = 1_280

    /// Returns `value` limited to 0…1 and rounded to four decimals, without the noise of a conversion.
    private static func share(_ value: Float) -> Double { (Double(min(max(value, 0), 1)) * 10_000).rounded() / 10_000 }

    private static func silence(_ duration: Duration) -> Int {
        Int(min(max(duration.wholeMilliseconds, 0), Int64(AssemblyAISettings.silences.upperBound)))
    }

    private static func json(_ texts: [String]) -> String {
        var json = JSONWriter()
        json.value(.array(texts.map(JSONValue.string)))
        return json.text
    }
}

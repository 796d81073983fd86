import Framing
import Speech

extension AssemblyAILiveClient {
    package static let vendor = Vendor(
        name: EngineName("assemblyai"),
        capabilities: Capabilities(
            streaming: true, prerecorded: false, languages: .only(AssemblyAIModel.languages),
            models: [AssemblyAIModel.english, .multilingual, .widest].map(\.name), speakers: true, pace: 1,
            sessionCap: .seconds(3 * 3_600), liveChanges: [.endpointing, .turn, .keyterms, .formatted]),
        streamingAddress: "wss://streaming.assemblyai.com", audio: AudioMessages(),
        connect: { AssemblyAILiveClient($0, credential: $1) })

    /// Returns the model that the client named if the vendor has this model. Otherwise: a model that has the language; models that report word by
    /// word come before models that report whole segments.
    static func model(for options: StreamOptions) -> AssemblyAIModel {
        if let named = options.model.map(AssemblyAIModel.init), named.isKnown { return named }
        switch options.language?.primary {
        case nil, "en": return .english
        case "es", "fr", "de", "it", "pt", "multi": return .multilingual
        case .some: return .widest
        }
    }

    /// Returns the query of the handshake. Options that are left to the vendor are not in the query.
    static func query(_ options: StreamOptions, _ model: AssemblyAIModel) -> URLQuery {
        let configuration = configuration(options, model)
        var query: URLQuery = ["sample_rate": "\(options.rate.hertz)", "encoding": "pcm_s16le", "speech_model": model.name]
        if let formats = configuration.formatsTurns { query.add("format_turns", "\(formats)") }
        if let confidence = configuration.confidence { query.add("end_of_turn_confidence_threshold", "\(confidence)") }
        if let silence = configuration.minimumSilence { query.add("min_turn_silence", "\(silence)") }
        if let silence = configuration.maximumSilence { query.add("max_turn_silence", "\(silence)") }
        if let threshold = configuration.voiceThreshold { query.add("vad_threshold", "\(threshold)") }
        if let terms = configuration.keyterms, !terms.isEmpty { query.add("keyterms_prompt", json(terms)) }
        if model.family == .universal3, let language = options.language { query.add("language_codes", json([language.primary])) }
        if model != .english, options.language?.primary == "multi" { query.add("language_detection", "true") }
        if options.diarize { query.add("speaker_labels", "true") }
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

    /// The vendor's defaults for `min_turn_silence` and, in milliseconds, for `max_turn_silence`.
    private static let usualSilence: Duration = .milliseconds(400)
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

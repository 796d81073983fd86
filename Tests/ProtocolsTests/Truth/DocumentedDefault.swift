import Protocols
import Speech
import Testing

/// The default that a vendor documents for an option, and the meaning of a request without the option here.
///
/// Sources: the vendors' references of their live and recorded protocols, the tables of parameters.
struct DocumentedDefault: Sendable, CustomTestStringConvertible {
    /// The meaning of a request that leaves the option out.
    enum Absence: Sendable {
        /// The request means the same as one that names the vendor's default.
        case same
        /// The engine chooses. The vendor's own engine is not sent the option, so that the vendor's default holds there.
        case engines
        /// The request means the same as one with this value, and not the same as one with the vendor's default.
        case other(String, because: String)
        /// This value holds whatever the client says.
        case fixed(String, because: String)
    }

    /// A documented default of one route.
    private struct Entry: Sendable {
        var name: String
        var value: String
        var absence: Absence
        var conditions: [(name: String, value: String)]

        init(_ name: String, _ value: String, _ absence: Absence = .same, with conditions: [(name: String, value: String)] = []) {
            self.name = name
            self.value = value
            self.absence = absence
            self.conditions = conditions
        }
    }

    var route: OptionRoute
    var name: String
    /// The vendor's default, as a client writes it.
    var value: String
    var absence: Absence
    /// Members without which the option means nothing.
    var conditions: [(name: String, value: String)]

    var testDescription: String { "\(route.title): \(name)" }

    /// The members of a request with this value of the option; nil: of one without the option.
    func members(_ value: String?) -> [(name: String, value: String)] {
        let others = Self.least(route).filter { pair in pair.name != name && !conditions.contains { $0.name == pair.name } } + conditions
        guard let value else { return others }
        return others + [(name: name, value: value)]
    }

    /// The members that the protocol demands.
    static func least(_ route: OptionRoute) -> [(name: String, value: String)] {
        switch route.title {
        case "AssemblyAI, recorded": [("audio_url", #""https://example.org/a.wav""#)]
        case "Deepgram, live `/v2/listen`": [("model", "flux-general-multi")]
        case "Soniox, live": [("model", #""stt-rt-v5""#), ("audio_format", #""auto""#)]
        case "Soniox, recorded": [("audio_url", #""https://example.org/a.wav""#), ("model", #""stt-async-v5""#)]
        case "Speechmatics, live", "Speechmatics, Agent STT": [("language", #""en""#)]
        case "OpenAI, recorded": [("file", ""), ("model", "whisper-1")]
        default: []
        }
    }

    // MARK: The vendors' tables

    private static let model: Absence = .other("nova-3", because: "a client that names no model gets a present one")

    private static let entries: [String: [Entry]] = [
        "AssemblyAI, live": [
            Entry("sample_rate", "16000"), Entry("encoding", "pcm_s16le"), Entry("speech_model", "universal-3-5-pro"),
            Entry("format_turns", "false", with: [("speech_model", "universal-streaming-english")]),
            Entry("end_of_turn_confidence_threshold", "0.4", .engines), Entry("min_turn_silence", "400", .engines),
            Entry("min_end_of_turn_silence_when_confident", "400", .engines), Entry("max_turn_silence", "1280", .engines),
            Entry("max_turn_silence", "1280", with: [("end_of_turn_confidence_threshold", "1")]), Entry("vad_threshold", "0.4", .engines),
            Entry("mode", "balanced", .engines), Entry("continuous_partials", "true", .engines), Entry("interruption_delay", "500", .engines),
        ],
        "AssemblyAI, recorded": [
            Entry("language_code", #""en_us""#, .other(#""en""#, because: "English of no region, in the spelling of the engine")),
            Entry("speech_models", #"["universal-3-5-pro","universal-2"]"#, .engines), Entry("punctuate", "true"), Entry("format_text", "true"),
            Entry("disfluencies", "false", .engines), Entry("boost_param", #""default""#, .engines),
        ],
        "Deepgram, live `/v1/listen`": [
            Entry("model", "base", model), Entry("version", "latest", .engines), Entry("language", "en"), Entry("channels", "1"),
            Entry("multichannel", "false"), Entry("endpointing", "10", .engines),
            Entry("no_delay", "false", .fixed("true", because: "Harken never waits for the end of a number")),
            Entry("numerals", "false", .engines), Entry("filler_words", "false", .engines),
        ],
        "Deepgram, live `/v2/listen`": [
            Entry("eot_threshold", "0.7", .engines), Entry("eot_timeout_ms", "5000", .engines),
            Entry("eot_timeout_ms", "5000", with: [("eot_threshold", "1")]), Entry("numerals", "false", .engines),
        ],
        "Deepgram, recorded": [
            Entry("model", "base", model), Entry("version", "latest", .engines), Entry("language", "en"), Entry("channels", "1"),
            Entry("multichannel", "false"), Entry("utt_split", "0.8", with: [("utterances", "true")]), Entry("numerals", "false", .engines),
            Entry("filler_words", "false", .engines), Entry("callback_method", "post", with: [("callback", "https://example.org/done")]),
        ],
        "Soniox, live": [
            Entry("max_endpoint_delay_ms", "2000", .engines, with: [("enable_endpoint_detection", "true")]),
            Entry("endpoint_sensitivity", "0", .engines),
        ],
        "Speechmatics, live": [
            Entry("max_delay", "4"),
            Entry("max_delay_mode", #""flexible""#, .fixed(#""fixed""#, because: "Harken never waits for the end of a number or a name")),
            Entry("conversation_config", #"{"end_of_utterance_silence_trigger":0}"#), Entry("diarization", #""none""#),
            Entry("model", #""standard""#), Entry("operating_point", #""standard""#),
            Entry("speaker_diarization_config", #"{"max_speakers":50}"#, .engines, with: [("diarization", #""speaker""#)]),
        ],
        "Speechmatics, Agent STT": [Entry("diarization", #""none""#)],
        "OpenAI, live": [
            Entry("format", #"{"type":"audio/pcm","rate":24000}"#),
            Entry("turn_detection", #"{"type":"server_vad","threshold":0.5,"prefix_padding_ms":300,"silence_duration_ms":500}"#),
            Entry("turn_detection.threshold", "0.5"), Entry("turn_detection.silence_duration_ms", "500"),
            Entry("turn_detection.eagerness", #""auto""#, with: [("turn_detection", #"{"type":"semantic_vad"}"#)]), Entry("noise_reduction", "null"),
        ],
        "OpenAI, recorded": [
            Entry("response_format", "json"), Entry("timestamp_granularities[]", "segment", with: [("response_format", "verbose_json")]),
            Entry("timestamp_granularities", "segment", with: [("response_format", "verbose_json")]), Entry("temperature", "0", .engines),
        ],
    ]

    /// Options that are demanded, or ask for nothing where they are left out.
    private static let withoutDefault: [String: Set<String>] = [
        "AssemblyAI, live": [
            "inactivity_timeout", "keyterms_prompt", "language_code", "language_codes", "max_speakers", "prompt", "agent_context",
            "previous_context_n_turns", "domain", "turn_left_pad_ms", "voice_focus", "voice_focus_threshold", "redact_pii_policies", "redact_pii_sub",
            "llm_gateway", "webhook_url", "webhook_auth_header_name", "webhook_auth_header_value",
        ],
        "AssemblyAI, recorded": [
            "audio_url", "webhook_url", "webhook_auth_header_name", "webhook_auth_header_value", "language_codes", "language_confidence_threshold",
            "language_detection_options", "speech_model", "speakers_expected", "speaker_options", "audio_start_from", "audio_end_at",
            "keyterms_prompt", "word_boost", "prompt", "temperature", "domain", "custom_spelling", "speech_threshold", "redact_pii_policies",
            "redact_pii_sub", "summary_model", "summary_type", "content_safety_confidence", "topics", "speech_understanding",
        ],
        "Deepgram, live `/v1/listen`": deepgram.union(["utterance_end_ms"]),
        "Deepgram, live `/v2/listen`": deepgram.union(["model", "version", "language_hint", "eager_eot_threshold"]),
        "Deepgram, recorded": deepgram.union([
            "language_hint", "summarize", "custom_topic", "custom_topic_mode", "custom_intent", "custom_intent_mode",
        ]),
        "Soniox, live": [
            "api_key", "audio_format", "sample_rate", "num_channels", "model", "language_hints", "context", "endpoint_latency_adjustment_level",
            "client_reference_id", "translation",
        ],
        "Soniox, recorded": [
            "audio_url", "file_id", "webhook_url", "webhook_auth_header_name", "webhook_auth_header_value", "model", "language_hints", "context",
            "client_reference_id", "translation",
        ],
        "Speechmatics, live": speechmatics.union([
            "channel_diarization_labels", "punctuation_overrides", "audio_filtering_config", "language_hints", "streaming_mode",
        ]),
        "Speechmatics, Agent STT": speechmatics.union(["model", "operating_point", "speaker_diarization_config"]),
        "OpenAI, live": ["include", "model", "language", "languages", "prompt", "keywords", "delay"],
        "OpenAI, recorded": [
            "file", "include[]", "include", "model", "language", "languages[]", "languages", "prompt", "keywords[]", "keywords", "chunking_strategy",
            "chunking_strategy[type]", "known_speaker_names[]", "known_speaker_references[]",
        ],
    ]

    private static let deepgram: Set<String> = [
        "tier", "encoding", "sample_rate", "diarize_model", "diarize_version", "keyterm", "keywords", "replace", "redact", "search", "alternatives",
        "tag", "extra", "callback",
    ]

    private static let speechmatics: Set<String> = ["language", "output_locale", "additional_vocab", "transcript_filtering_config", "domain"]

    // MARK: All defaults

    /// The routes of vendors' protocols.
    static let routes = Catalogue.optionRoutes.filter { $0.table.vendor.rawValue != "harken" }

    static let all = routes.flatMap(of)

    /// Returns the defaults of a route's options, in the order of the options. Flags are off unless a vendor documents otherwise.
    private static func of(_ route: OptionRoute) -> [DocumentedDefault] {
        let entries = entries[route.title] ?? []
        return route.options.flatMap { option -> [DocumentedDefault] in
            let given = entries.filter { $0.name == option.name }
            guard given.isEmpty, option.example == "true", isRead(option, by: route) else {
                return given.map {
                    DocumentedDefault(route: route, name: $0.name, value: $0.value, absence: $0.absence, conditions: $0.conditions)
                }
            }
            return [DocumentedDefault(route: route, name: option.name, value: "false", absence: absence(of: option), conditions: [])]
        }
    }

    /// Returns the meaning of a flag that is left out.
    private static func absence(of flag: VendorOption) -> Absence {
        switch flag.handling {
        case .own, .demanded: .engines
        case .gateway, .session, .shared, .refused: .same
        }
    }

    /// True if the route has the option, and the option has an effect at the vendor.
    private static func isRead(_ option: VendorOption, by route: OptionRoute) -> Bool {
        let unread =
            switch route.title {
            case "Deepgram, live `/v1/listen`": DeepgramOptions.unreadByListen
            case "Deepgram, live `/v2/listen`": DeepgramOptions.unreadByFlux
            default: Set<String>()
            }
        return !unread.contains(option.name) && route.effect(of: option, with: route.table.vendor) != .ignored
    }

    /// Returns the options of a route of which nobody has said whether they have a default.
    static func untold(_ route: OptionRoute) -> [String] {
        let told = Set(of(route).map(\.name)).union(withoutDefault[route.title] ?? [])
        return route.options.filter { isRead($0, by: route) && !told.contains($0.name) }.map(\.name)
    }

    /// Returns the names in the lists of a route that are none of its options.
    static func strangers(_ route: OptionRoute) -> [String] {
        let names = Set(route.options.map(\.name))
        return (entries[route.title] ?? []).map(\.name).filter { !names.contains($0) }
    }

    // MARK: The page

    /// The text of docs/options.md about defaults.
    static var tables: String {
        """

        ## Defaults

        The defaults that the vendors document, and the meaning of a request that leaves the option out. "The same": it means what it means at the
        vendor. "The engine's own": the vendor's own engine is not sent the option, so that the vendor's default holds there, and other engines have
        their own.

        """ + routes.map(tableText).joined()
    }

    private static func tableText(_ route: OptionRoute) -> String {
        var text = "\n### Defaults of \(route.title)\n\n| option | the vendor's default | without the option |\n|---|---|---|\n"
        for entry in of(route) {
            let conditions = entry.conditions.map { " with `\($0.name)` `\($0.value)`" }.joined()
            text += "| `\(entry.name)`\(conditions) | `\(entry.value)` | \(entry.absence.text) |\n"
        }
        return text
    }
}

extension DocumentedDefault.Absence {
    fileprivate var text: String {
        switch self {
        case .same: "the same"
        case .engines: "the engine's own"
        case .other(let value, let reason), .fixed(let value, let reason): "`\(value)`: \(reason)"
        }
    }
}

import Protocols
import Speech
import Testing

/// The outcome of a member that a client sends, as it was seen.
enum MemberOutcome: String {
    /// The session's messages differ, or what an engine of another vendor is sent, or the session that the local engine serves, or what Harken itself does.
    case carriedOut = "carried out"
    /// The protocol's own vendor received the member.
    case carriedThrough = "carried through"
    case named, refused

    /// True if the outcome is the effect that the tables promise.
    ///
    /// - Parameter isOwn: true if the engine is of the protocol's own vendor.
    func keeps(_ promise: OptionEffect, isOwn: Bool) -> Bool {
        switch promise {
        case .harken: self == .carriedOut || self == .carriedThrough
        case .native: self == (isOwn ? .carriedThrough : .carriedOut)
        case .ignored: self == .named
        case .refused: self == .refused
        }
    }
}

/// A member with a value that differs from its default, and an engine that serves the client.
struct TriedMember: Sendable, CustomTestStringConvertible {
    var route: OptionRoute
    var option: VendorOption
    var engine: EngineName

    var testDescription: String { "\(route.title): \(option.name) with \(engine)" }

    var key: String { "\(route.title)/\(option.name)" }
    var isOwn: Bool { engine == route.table.vendor }

    static func all(_ service: VendorOption.Service) -> [TriedMember] {
        let engines = Catalogue.vendors.filter { service == .recorded || $0.live != nil }.map(\.name) + [.local]
        return Catalogue.optionRoutes.filter { $0.service == service }.flatMap { route in
            route.options.flatMap { option in engines.map { TriedMember(route: route, option: option, engine: $0) } }
        }
    }

    /// The member's value: that of the table, unless it is the default or says what the usual request says already.
    var value: String {
        switch (route.title, option.name) {
        case ("AssemblyAI, live", "language_code"), ("AssemblyAI, recorded", "language_code"): route.service == .live ? "es" : #""es""#
        case ("AssemblyAI, recorded", "audio_url"), ("Soniox, recorded", "audio_url"): #""https://example.org/other.wav""#
        case ("AssemblyAI, recorded", "audio_end_at"): "3000"
        case ("AssemblyAI, recorded", "custom_spelling"): #"[{"from":["bye"],"to":"Farewell"}]"#
        case ("AssemblyAI, live", "redact_pii_sub"), ("AssemblyAI, recorded", "redact_pii_sub"):
            route.service == .live ? "entity_name" : #""entity_name""#
        // Of Speechmatics' own models the service has one; others are those of the gateway's engines.
        case ("Speechmatics, Agent STT", "model"), ("Speechmatics, Agent STT", "operating_point"): #""moonshine-base-en""#
        case ("Deepgram, live `/v1/listen`", "encoding"), ("Deepgram, live `/v2/listen`", "encoding"), ("Deepgram, recorded", "encoding"): "mulaw"
        case (_, "multichannel"): "true"
        case (_, "channels") where route.table.vendor == DeepgramOptions.vendor: "2"
        case ("Deepgram, live `/v1/listen`", "language"), ("Deepgram, live `/v2/listen`", "language"), ("Deepgram, recorded", "language"): "de"
        case ("Deepgram, live `/v2/listen`", "model"): "flux-general-en"
        // Words without punctuation have no capitals.
        case (_, "replace"): "harken:gateway"
        case ("Soniox, live", "num_channels"): "2"
        // Several languages reach the local engine and the vendor's own; the other vendors' engines are only told that the language is to be found.
        case ("Soniox, live", "language_hints"), ("Soniox, recorded", "language_hints"), ("AssemblyAI, live", "language_codes"): #"["es"]"#
        // Key terms reach every engine.
        case (_, "context"): #"{"text":"A call."}"#
        case ("Speechmatics, live", "language"), ("Speechmatics, Agent STT", "language"), ("OpenAI, live", "language"): #""de""#
        case ("OpenAI, live", "languages"): #"["de"]"#
        case ("OpenAI, live", "format"): #"{"type":"audio/pcmu"}"#
        case ("OpenAI, recorded", "language"), ("OpenAI, recorded", "languages"), ("OpenAI, recorded", "languages[]"): "de"
        case ("OpenAI, recorded", "timestamp_granularities"), ("OpenAI, recorded", "timestamp_granularities[]"): "word"
        default: option.example
        }
    }

    /// Members without which this one means nothing.
    var conditions: [(name: String, value: String)] {
        switch (route.title, option.name) {
        case ("AssemblyAI, live", "max_speakers"), ("AssemblyAI, recorded", "speakers_expected"), ("AssemblyAI, recorded", "speaker_options"):
            [("speaker_labels", "true")]
        case (_, "redact_pii_policies"), (_, "redact_pii_sub"): [("redact_pii", "true")]
        case (_, "webhook_auth_header_name") where route.service == .recorded:
            [("webhook_url", #""https://example.org/done""#), ("webhook_auth_header_value", #""w""#)]
        case (_, "webhook_auth_header_value") where route.service == .recorded:
            [("webhook_url", #""https://example.org/done""#), ("webhook_auth_header_name", #""X-Webhook""#)]
        case ("Deepgram, live `/v1/listen`", "utterance_end_ms"): [("interim_results", "true")]
        case ("Deepgram, live `/v1/listen`", "multichannel"), ("Deepgram, recorded", "multichannel"): [("channels", "2")]
        case ("Deepgram, live `/v1/listen`", "dictation"), ("Deepgram, recorded", "dictation"): [("punctuate", "true")]
        case ("Deepgram, live `/v2/listen`", "numerals"): [("model", "flux-general-en")]
        case ("Deepgram, recorded", "utt_split"): [("utterances", "true")]
        case ("Deepgram, recorded", "callback_method"): [("callback", "https://example.org/done")]
        // A list of one language is the language.
        case (_, "language_hints_strict"): [("language_hints", #"["en","es"]"#)]
        // The language of a recording without a hint is found in any case.
        case ("Soniox, recorded", "enable_language_identification"): [("language_hints", #"["en"]"#)]
        case ("Soniox, live", "max_endpoint_delay_ms"): [("enable_endpoint_detection", "true")]
        case ("Speechmatics, live", "channel_diarization_labels"): [("diarization", #""channel""#)]
        case (_, "speaker_diarization_config"): [("diarization", #""speaker""#)]
        case ("OpenAI, live", "turn_detection.eagerness"): [("turn_detection", #"{"type":"semantic_vad"}"#)]
        case ("OpenAI, live", "delay"): [("model", #""gpt-live-transcribe""#)]
        case ("OpenAI, recorded", "timestamp_granularities"), ("OpenAI, recorded", "timestamp_granularities[]"): [("response_format", "verbose_json")]
        case ("Managed proxy, `/ws/transcribe`", "smart_format"): [("punctuate", "false")]
        case ("`/listen`", "call_id"): [("channels", "2")]
        case ("`/listen`", "keyterm"), ("`/listen`", "diarize"): [("words", "true")]
        case ("`/listen`", "session_id"): [("resume_from", "16000")]
        case ("`/listen`", "resume_from"): [("session_id", "11111111-2222-4333-8444-555555555555")]
        case ("`/listen`", "kept_from"), ("`/listen`", "seen"): [("session_id", "11111111-2222-4333-8444-555555555555"), ("resume_from", "16000")]
        case ("`/listen`", "continues"), ("`/listen`", "keeps"): [("ack", "true")]
        default: []
        }
    }

    /// Returns the members of a realtime session as its JSON has them: a member of turn detection stands in that object.
    static func realtime(_ members: [(name: String, value: String)]) -> [(name: String, value: String)] {
        let prefix = "turn_detection."
        guard let inner = members.last(where: { $0.name.hasPrefix(prefix) }) else { return members }
        let name = inner.name.dropFirst(prefix.count), type = name == "eagerness" ? "semantic_vad" : "server_vad"
        let object = (name: "turn_detection", value: #"{"type":"\#(type)","\#(name)":\#(inner.value)}"#)
        return members.filter { !$0.name.hasPrefix("turn_detection") } + [object]
    }

    /// The members of a request without, and one with the member.
    func requests(_ usual: [(name: String, value: String)]) -> (base: [(name: String, value: String)], given: [(name: String, value: String)]) {
        var base = usual.filter { pair in !conditions.contains { $0.name == pair.name } } + conditions
        if option.name == "file" { base.removeAll { $0.name == "file" } }
        // A file takes the place of an address.
        if option.name == "file_id" { base.removeAll { $0.name == "audio_url" } }
        let given = base.filter { $0.name != option.name } + [(name: option.name, value: value)]
        return (base, given)
    }
}

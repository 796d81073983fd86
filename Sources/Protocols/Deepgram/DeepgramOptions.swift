internal import Framing
package import Speech

/// The options of Deepgram's `/v1/listen`, live and recorded, and of `/v2/listen`.
///
/// Harken decides what the vendor is sent for: the audio's form, because Harken decodes audio; channels, because a stream may carry some of a session's
/// channels; interim results and reports of speech, because a session needs them, to notice an engine's failure too; punctuation, because stored texts
/// have it; callbacks, because Harken sends them.
///
/// Source: Deepgram "Live Audio" and "Pre-Recorded Audio" references.
package enum DeepgramOptions {
    package static let vendor = EngineName("deepgram")

    package static let table = OptionTable(
        vendor,
        [
            VendorOption("model", .session(.model), "nova-3-medical"),
            VendorOption("version", .own, "2024-12-20.0"),
            VendorOption("tier", .own, "nova"),
            VendorOption("language", .session(.language), "en-US"),
            VendorOption("language_hint", .session(.language), "es", in: [.live], with: DeepgramFluxOptions.multilingual),
            VendorOption("language_hint", .own, "es", in: [.recorded]),
            VendorOption("detect_language", .session(.language), in: [.recorded]),
            VendorOption("encoding", .gateway, "linear16"),
            VendorOption("sample_rate", .gateway, "48000"),
            VendorOption("channels", .gateway, "1"),
            VendorOption("multichannel", .gateway, "false"),
            VendorOption("interim_results", .gateway, in: [.live]),
            VendorOption("vad_events", .gateway, in: [.live]),
            VendorOption("endpointing", .session(.endpointing), "900", in: [.live], turns: [.endpointing]),
            VendorOption("utterance_end_ms", .session(), "1500", in: [.live]),
            VendorOption("eot_threshold", .session(.turn), "0.8", in: [.live], turns: [.confidence]),
            VendorOption("eager_eot_threshold", .gateway, "0.5", in: [.live]),
            VendorOption("eot_timeout_ms", .session(.turn), "900", in: [.live], turns: [.maximumSilence]),
            VendorOption("no_delay", .session(), in: [.live]),
            VendorOption("punctuate", .gateway),
            VendorOption("smart_format", .session()),
            VendorOption("paragraphs", .session(), in: [.recorded]),
            VendorOption("utterances", .session(), in: [.recorded]),
            VendorOption("utt_split", .session(), "1.2", in: [.recorded]),
            VendorOption("diarize", .session()),
            VendorOption("diarize_model", .session(), "latest"),
            VendorOption("diarize_version", .own, "latest"),
            VendorOption("numerals", .session()),
            VendorOption("measurements", .session()),
            VendorOption("dictation", .session()),
            VendorOption("profanity_filter", .session()),
            VendorOption("filler_words", .shared(.fillerWords)),
            VendorOption("keyterm", .session(.keyterms), "Harken"),
            VendorOption("keywords", .session(.keyterms), "Harken:2"),
            VendorOption("replace", .session(), "harken:Harken"),
            VendorOption("redact", .session(), "pci"),
            VendorOption("search", .own, "gateway", answers: true),
            VendorOption("detect_entities", .own, answers: true),
            VendorOption("summarize", .own, "v2", in: [.recorded], answers: true),
            VendorOption("topics", .own, in: [.recorded], answers: true),
            VendorOption("custom_topic", .own, "billing", in: [.recorded], answers: true),
            VendorOption("custom_topic_mode", .own, "strict", in: [.recorded], answers: true),
            VendorOption("intents", .own, in: [.recorded], answers: true),
            VendorOption("custom_intent", .own, "cancel", in: [.recorded], answers: true),
            VendorOption("custom_intent_mode", .own, "extended", in: [.recorded], answers: true),
            VendorOption("sentiment", .own, in: [.recorded], answers: true),
            VendorOption("alternatives", .own, "1"),
            VendorOption("tag", .session(), "team-a"),
            VendorOption("extra", .session(), "ticket:7"),
            VendorOption("mip_opt_out", .own),
            VendorOption("callback", .gateway, "https://example.org/done", in: [.recorded]),
            VendorOption("callback", .refused, "https://example.org/done", in: [.live]),
            VendorOption("callback_method", .gateway, "put"),
        ])

    /// The options that `/v2/listen` reads, and `/v1/listen` does not.
    private static let ofFlux: Set<String> = [LanguageParameter.deepgramFlux.name, "eot_threshold", "eager_eot_threshold", "eot_timeout_ms"]
    /// The options that both read.
    private static let common: Set<String> = [
        "model", "encoding", "sample_rate", "keyterm", "numerals", "profanity_filter", "redact", "callback",
    ]

    /// The live options that `/v1/listen` does not read. A method without a `callback` means nothing, and a live stream's answers have no tags.
    package static let unreadByListen = ofFlux.union(["callback_method", "tag"])

    /// The live options of `/v1/listen` that `/v2/listen` does not read, but for those that only the vendor's own engine does.
    package static let unreadByFlux = Set(
        table.options.filter { option in
            guard option.services.contains(.live), !ofFlux.contains(option.name), !common.contains(option.name) else { return false }
            switch option.handling {
            case .gateway, .session, .shared, .refused: return true
            case .own, .demanded: return false
            }
        }.map(\.name))

    /// The message of `/v1/listen` that changes settings while audio flows.
    package static let changes = ChangeTable(
        "Deepgram, `/v1/listen`", "Configure", table,
        [
            .init("keyterms", of: "keyterm", #"{"type":"Configure","keyterms":["Harken"]}"#),
            .init("features.numerals", of: "numerals", #"{"type":"Configure","features":{"numerals":true}}"#),
        ])

    /// The message of `/v2/listen` that changes settings while audio flows.
    package static let fluxChanges = ChangeTable(
        "Deepgram, `/v2/listen`", "Configure", table,
        [
            .init("thresholds.eot_threshold", of: "eot_threshold", #"{"type":"Configure","thresholds":{"eot_threshold":0.8}}"#),
            .init("thresholds.eager_eot_threshold", of: "eager_eot_threshold", #"{"type":"Configure","thresholds":{"eager_eot_threshold":0.4}}"#),
            .init("thresholds.eot_timeout_ms", of: "eot_timeout_ms", #"{"type":"Configure","thresholds":{"eot_timeout_ms":900}}"#),
            .init("keyterms", of: "keyterm", #"{"type":"Configure","keyterms":["Harken"]}"#),
            .init("language_hints", of: "language_hint", #"{"type":"Configure","language_hints":["de"]}"#),
            .init("numerals", #"{"type":"Configure","numerals":true}"#),
        ])

    /// The parameters that a request to the vendor takes from the client.
    struct Given {
        let pairs: [URLQuery.Pair]
        /// True if the client speaks the vendor's protocol: texts get the form that the client asks for, and no other.
        let isNative: Bool

        init(_ options: VendorOptions?, _ service: VendorOption.Service) {
            isNative = options?.vendor == DeepgramOptions.vendor
            let all = DeepgramOptions.table.sent(options, service).flatMap { option in
                option.value.texts.map { URLQuery.Pair(name: option.name, value: $0) }
            }
            var cut = DeepgramKeyterms.divided(all.compactMap { $0.name == "keyterm" ? $0.value : nil }).cut
            // The vendor refuses a request that has both names of speaker labels.
            let namesModel = all.contains { $0.name == "diarize_model" }
            pairs = all.filter { pair in
                if namesModel, pair.name == "diarize" { return false }
                guard pair.name == "keyterm", let index = cut.firstIndex(of: pair.value) else { return true }
                cut.remove(at: index)
                return false
            }
        }

        func has(_ names: String...) -> Bool { pairs.contains { names.contains($0.name) } }

        func values(_ name: String) -> [String] { pairs.compactMap { $0.name == name ? $0.value : nil } }

        /// True if the client asks for `name` with something else than `false`.
        func asks(for name: String) -> Bool { values(name).contains { !$0.equalsIgnoringCase("false") } }
    }

    /// Returns the options of several vendors that a query has.
    static func shared(_ query: QueryParameters) throws(QueryParameterError) -> SharedOptions {
        SharedOptions(fillerWords: try query.flag("filler_words"))
    }
}

extension URLQuery {
    /// Adds what the client gave, in its order.
    mutating func add(_ given: DeepgramOptions.Given, except decided: Set<String> = []) {
        for pair in given.pairs where !decided.contains(pair.name) { add(pair.name, pair.value) }
    }

    /// Adds key terms, as many as Deepgram takes, unless the client named its own. Models before nova-3 have another parameter for them.
    mutating func add(keyterms terms: [String], model: String, beyond given: DeepgramOptions.Given) {
        guard !given.has("keyterm", "keywords") else { return }
        let takesTerms = model.hasPrefix("nova-3")
        for term in takesTerms ? DeepgramKeyterms.divided(terms).sent : terms { add(takesTerms ? "keyterm" : "keywords", term) }
    }

    /// Adds the values by which Deepgram is asked to hide what `rule` hides and the client's own values do not.
    mutating func add(_ rule: RedactionRule, beyond given: DeepgramOptions.Given) {
        let kinds = rule.kinds.subtracting(DeepgramRedaction.kinds(of: given.values("redact")))
        for value in DeepgramRedaction.values(for: kinds) { add("redact", value) }
    }
}

internal import Framing
package import Speech

/// The options of AssemblyAI's protocols, live and recorded.
///
/// Harken decides what the vendor is sent for: the audio's form, because Harken decodes audio; live `format_turns`, because stored texts are formatted;
/// the client's time limit and the reports of silence and of the session's state, because Harken watches the client; webhooks, because Harken sends
/// them.
///
/// Source: AssemblyAI "Universal-Streaming" and "Submit a transcription job" references.
package enum AssemblyAIOptions {
    package static let vendor = EngineName("assemblyai")

    package static let table = OptionTable(vendor, live + recorded)

    private static let live: [VendorOption] = [
        VendorOption("sample_rate", .gateway, "48000", in: [.live]),
        VendorOption("encoding", .gateway, "pcm_mulaw", in: [.live]),
        VendorOption("format_turns", .gateway, in: [.live]),
        VendorOption("inactivity_timeout", .gateway, "60", in: [.live], isFreeForPrograms: true),
        VendorOption("session_heartbeat", .gateway, in: [.live], isFreeForPrograms: true),
        VendorOption("acknowledge_silence", .gateway, in: [.live], isFreeForPrograms: true),
        VendorOption("speech_model", .session(.model), "universal-streaming-multilingual", in: [.live]),
        VendorOption("end_of_turn_confidence_threshold", .session(.turn), "0.55", in: [.live], turns: [.confidence]),
        VendorOption("min_turn_silence", .session(.turn), "700", in: [.live], turns: [.minimumSilence]),
        VendorOption("min_end_of_turn_silence_when_confident", .session(.turn), "700", in: [.live], turns: [.minimumSilence]),
        VendorOption(
            "max_turn_silence", .session(.turn), "900", in: [.live], turns: [.maximumSilence],
            leastSilence: .milliseconds(AssemblyAIConfiguration.leastMaximumSilence)),
        VendorOption("vad_threshold", .session(.turn), "0.3", in: [.live], turns: [.voice]),
        VendorOption("keyterms_prompt", .session(.keyterms), #"["Harken", "speech gateway"]"#, in: [.live]),
        VendorOption("language_code", .session(.language), "en", in: [.live]),
        VendorOption("language_codes", .session(.language), #"["en","es"]"#, in: [.live]),
        VendorOption("language_detection", .session(), in: [.live]),
        VendorOption("speaker_labels", .session(), in: [.live]),
        VendorOption("max_speakers", .shared(.speakerCount), "3", in: [.live]),
        VendorOption("prompt", .shared(.prompt), "A call about a parcel.", in: [.live]),
        VendorOption("agent_context", .own, "How can I help you?", in: [.live]),
        VendorOption("previous_context_n_turns", .own, "5", in: [.live]),
        VendorOption("mode", .own, "max_accuracy", in: [.live]),
        VendorOption("domain", .own, "medical-v1", in: [.live]),
        VendorOption("continuous_partials", .own, in: [.live]),
        VendorOption("interruption_delay", .own, "250", in: [.live]),
        VendorOption("turn_left_pad_ms", .own, "250", in: [.live]),
        VendorOption("voice_focus", .own, "near-field", in: [.live]),
        VendorOption("voice_focus_threshold", .own, "0.5", in: [.live]),
        VendorOption("filter_profanity", .session(), in: [.live]),
        VendorOption("redact_pii", .session(), in: [.live]),
        VendorOption("redact_pii_policies", .session(), #"["person_name"]"#, in: [.live]),
        VendorOption("redact_pii_sub", .session(), "hash", in: [.live]),
        VendorOption("llm_gateway", .own, #"{"model":"m"}"#, in: [.live], answers: true),
        VendorOption("webhook_url", .own, "https://example.org/done", in: [.live], bypasses: true),
        VendorOption("webhook_auth_header_name", .own, "X-Webhook", in: [.live], bypasses: true),
        VendorOption("webhook_auth_header_value", .own, "w", in: [.live], bypasses: true),
    ]

    private static let recorded: [VendorOption] = [
        VendorOption("audio_url", .gateway, #""https://example.org/a.wav""#, in: [.recorded]),
        VendorOption("webhook_url", .gateway, #""https://example.org/done""#, in: [.recorded]),
        VendorOption("webhook_auth_header_name", .gateway, #""X-Webhook""#, in: [.recorded]),
        VendorOption("webhook_auth_header_value", .gateway, #""w""#, in: [.recorded]),
        VendorOption("language_code", .session(.language), #""en_us""#, in: [.recorded]),
        VendorOption("language_codes", .shared(.languages), #"["en","es"]"#, in: [.recorded]),
        VendorOption("language_detection", .session(.language), in: [.recorded]),
        VendorOption("language_confidence_threshold", .session(.language), "0.5", in: [.recorded]),
        VendorOption(
            "language_detection_options", .shared(.languages), #"{"expected_languages":["en","es"]}"#, in: [.recorded],
            reading: ["expected_languages"]),
        VendorOption("speech_model", .session(), #""best""#, in: [.recorded]),
        VendorOption("speech_models", .session(), #"["universal-3-5-pro","universal-2"]"#, in: [.recorded]),
        VendorOption("punctuate", .session(), "false", in: [.recorded]),
        VendorOption("format_text", .session(), "false", in: [.recorded]),
        VendorOption("disfluencies", .shared(.fillerWords), in: [.recorded]),
        VendorOption("speaker_labels", .session(), in: [.recorded]),
        VendorOption("speakers_expected", .shared(.speakerCount), "2", in: [.recorded]),
        VendorOption("speaker_options", .shared(.speakerCount), #"{"max_speakers_expected":3}"#, in: [.recorded]),
        VendorOption("multichannel", .session(), in: [.recorded]),
        VendorOption("dual_channel", .session(), in: [.recorded]),
        VendorOption("audio_start_from", .session(), "1000", in: [.recorded]),
        VendorOption("audio_end_at", .session(), "9000", in: [.recorded]),
        VendorOption("keyterms_prompt", .session(.keyterms), #"["Harken","speech gateway"]"#, in: [.recorded]),
        VendorOption("word_boost", .session(.keyterms), #"["Harken"]"#, in: [.recorded]),
        VendorOption("boost_param", .own, #""high""#, in: [.recorded]),
        VendorOption("prompt", .shared(.prompt), #""A call about a parcel.""#, in: [.recorded]),
        VendorOption("temperature", .shared(.temperature), "0.3", in: [.recorded]),
        VendorOption("domain", .own, #""medical-v1""#, in: [.recorded]),
        VendorOption("custom_spelling", .session(), #"[{"from":["harken"],"to":"Harken"}]"#, in: [.recorded]),
        VendorOption("filter_profanity", .session(), in: [.recorded]),
        VendorOption("speech_threshold", .session(), "0.1", in: [.recorded]),
        VendorOption("redact_pii", .session(), in: [.recorded]),
        VendorOption("redact_pii_policies", .session(), #"["person_name"]"#, in: [.recorded]),
        VendorOption("redact_pii_sub", .session(), #""hash""#, in: [.recorded]),
        VendorOption("redact_pii_audio", .refused, in: [.recorded]),
        VendorOption("sentiment_analysis", .demanded, in: [.recorded], answers: true),
        VendorOption("entity_detection", .demanded, in: [.recorded], answers: true),
        VendorOption("auto_highlights", .demanded, in: [.recorded], answers: true),
        VendorOption("auto_chapters", .demanded, in: [.recorded], answers: true),
        VendorOption("summarization", .demanded, in: [.recorded], answers: true),
        VendorOption("summary_model", .own, #""informative""#, in: [.recorded], answers: true),
        VendorOption("summary_type", .own, #""bullets""#, in: [.recorded], answers: true),
        VendorOption("content_safety", .demanded, in: [.recorded], answers: true),
        VendorOption("content_safety_confidence", .own, "60", in: [.recorded], answers: true),
        VendorOption("iab_categories", .demanded, in: [.recorded], answers: true),
        VendorOption("custom_topics", .demanded, in: [.recorded], answers: true),
        VendorOption("topics", .own, #"["parcels"]"#, in: [.recorded], answers: true),
        VendorOption("speech_understanding", .demanded, #"{"request":{"translation":{"target_languages":["es"]}}}"#, in: [.recorded], answers: true),
    ]

    /// Members of a transcript that Harken writes itself.
    static let modelled: Set<String> = [
        "id", "status", "audio_url", "error", "text", "words", "utterances", "confidence", "audio_duration", "audio_channels", "language_confidence",
        "language_code", "speech_model_used", "metadata", "speech_model", "speech_models", "language_detection", "language_confidence_threshold",
        "punctuate", "format_text", "disfluencies", "speaker_labels", "multichannel", "dual_channel", "filter_profanity", "redact_pii",
        "redact_pii_sub", "redact_pii_policies", "webhook_url", "webhook_status_code", "webhook_auth", "webhook_auth_header_name",
        "webhook_auth_header_value", "provider", "code", "retryable",
    ]

    /// The message that changes settings while audio flows.
    package static let changes = ChangeTable(
        "AssemblyAI", "UpdateConfiguration", table,
        [
            .init("end_of_turn_confidence_threshold", #"{"type":"UpdateConfiguration","end_of_turn_confidence_threshold":0.5}"#),
            .init("min_turn_silence", #"{"type":"UpdateConfiguration","min_turn_silence":700}"#),
            .init("min_end_of_turn_silence_when_confident", #"{"type":"UpdateConfiguration","min_end_of_turn_silence_when_confident":700}"#),
            .init("max_turn_silence", #"{"type":"UpdateConfiguration","max_turn_silence":900}"#),
            .init("vad_threshold", #"{"type":"UpdateConfiguration","vad_threshold":0.3}"#),
            .init("format_turns", #"{"type":"UpdateConfiguration","format_turns":true}"#),
            .init("session_heartbeat", #"{"type":"UpdateConfiguration","session_heartbeat":true}"#),
            .init("acknowledge_silence", #"{"type":"UpdateConfiguration","acknowledge_silence":true}"#),
            .init("keyterms_prompt", #"{"type":"UpdateConfiguration","keyterms_prompt":["Harken"]}"#),
            .init("language_codes", #"{"type":"UpdateConfiguration","language_codes":["de"]}"#),
            .init("prompt", #"{"type":"UpdateConfiguration","prompt":"Order numbers"}"#),
            .init("agent_context", #"{"type":"UpdateConfiguration","agent_context":"What is your order number?"}"#),
            .init("mode", #"{"type":"UpdateConfiguration","mode":"max_accuracy"}"#),
            .init("interruption_delay", #"{"type":"UpdateConfiguration","interruption_delay":200}"#),
            .init("continuous_partials", #"{"type":"UpdateConfiguration","continuous_partials":true}"#),
            .init("turn_left_pad_ms", #"{"type":"UpdateConfiguration","turn_left_pad_ms":250}"#),
            .init("filter_profanity", #"{"type":"UpdateConfiguration","filter_profanity":true}"#),
        ])
}

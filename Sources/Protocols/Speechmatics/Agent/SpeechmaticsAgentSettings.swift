import Speech

/// The settings that only an Agent STT session has.
///
/// Source: speechmatics/docs, `spec/agent-stt.yaml`, schemas `TurnConfig` and `TranscriptionConfig`, and the page "Turn detection", September 2026.
package struct SpeechmaticsAgentSettings: Sendable, Equatable {
    /// The side that ends turns: `turn_config.turn_detection_mode`.
    package enum Turns: String, Sendable, CaseIterable {
        /// The service ends a turn when speech stops.
        case vad
        /// The client ends each turn with `ForceEndOfUtterance`.
        case external
    }

    package var turns: Turns
    /// True if a segment has at most one sentence.
    package var emitsSentences: Bool
    /// True if the speakers are told at the end without being asked for.
    package var tellsSpeakers = false
    /// True if the client names voices that it knows from another session.
    package var knowsVoices = false
    /// Paths of members that this service does not have.
    package var ignored: [String] = []

    package init(turns: Turns = .vad, emitsSentences: Bool = false) {
        self.turns = turns
        self.emitsSentences = emitsSentences
    }

    /// Silence of a turn that sounds complete. A session of the vendor's that was recorded on 2026-09-16 had turns end after 0.29 s of silence and more,
    /// and none after 0.23 s and less.
    static let silence: Duration = .milliseconds(300)
    /// Silence that ends a turn in any case. The vendor's documents name no time, and let nobody set it.
    static let maxSilence: Duration = .milliseconds(800)
    /// Silence that stands for never.
    private static let never: Duration = .seconds(3_600)

    /// Silence after which words become final. Where the client ends turns, words that are final already make its wait short.
    var endpointing: Duration { turns == .vad ? Self.silence : .milliseconds(500) }

    var turn: TurnRule {
        switch turns {
        case .vad: TurnRule(minimumSilence: Self.silence, maximumSilence: Self.maxSilence)
        case .external: TurnRule(minimumSilence: Self.never, maximumSilence: Self.never)
        }
    }

    /// Members of `transcription_config` that the service has besides those that Harken writes itself.
    private static let members: Set<String> = [
        "additional_vocab", "domain", "output_locale", "speaker_diarization_config", "transcript_filtering_config",
    ]
    /// Members of `transcription_config` that a client may send.
    private static let known = members.union([
        "language", "model", "operating_point", "diarization", "enable_partials", "emit_sentences",
    ])
    /// Members of the real-time API that this service does not have. The vendor answers them with a `Warning`.
    private static let others: Set<String> = [
        "punctuation_overrides", "enable_entities", "audio_filtering_config", "language_hints", "language_hints_strict", "streaming_mode",
        "max_delay", "max_delay_mode", "conversation_config", "channel_diarization_labels", "ctrl",
    ]

    /// Options that the real-time API does not have.
    static let options = [VendorOption("emit_sentences", .gateway, in: [.live])]

    /// Options of the real-time API that this service does not have.
    static let absent = Set(SpeechmaticsOptions.table.options.map(\.name)).subtracting(known)

    /// True if a client's option goes to the vendor's service as it is. An option that no document has may be newer than this code.
    static func takes(_ option: String) -> Bool { members.contains(option) || !others.contains(option) && !known.contains(option) }

    /// True if the service has a member of `transcription_config`.
    static func has(_ member: String) -> Bool { known.contains(member) }
}

package import Framing
package import Speech

extension ListenOptions {
    /// Parameters of each session with a conversation.
    private static let conversationParameters: Set<String> = [
        "onboarding", "source", "device_id", "client_conversation_id", "custom_stt", "started_at", "title",
    ]
    /// Parameters of each session.
    private static let commonParameters: Set<String> = [
        "language", "codec", "sample_rate", "channels", "redact", "ack", "session_id", "resume_from", "kept_from", "keeps", "seen",
    ]
    /// Parameters that are true or false.
    private static let flags: Set<String> = ["ack", "create_speakers", "diarize", "include_speech_profile", "interims", "words"]
    /// Parameters that are `enabled` or `disabled`.
    private static let switches: Set<String> = ["custom_stt", "onboarding", "speaker_auto_assign", "vad_gate"]

    /// Returns the names of the parameters that have no effect on this session, each once: unknown ones, those that the session does not heed, and
    /// those with a value that means nothing. A parameter that asks for nothing is left out.
    ///
    /// - Parameter engines: the configured engines.
    package func ignored(in query: URLQuery, engines: Set<EngineName>) -> [String] {
        IgnoredOptions.told(
            query.pairs.compactMap { heeds($0.name) && takes($0, engines) || Self.asksForNothing($0) ? nil : $0.name })
    }

    private func heeds(_ name: String) -> Bool {
        if OptionTable.isWithheld(name) || Self.commonParameters.contains(name) { return true }
        let converses = conversation != nil
        return switch name {
        case "call_id": converses && channels > 1
        case "conversation_timeout": converses && channels == 1
        case "include_speech_profile": converses && channels == 1 && !isOnboarding
        case "vad_gate": converses && channels == 1 && route != .web
        case "speaker_auto_assign", "create_speakers": converses && route != .web
        case "stt_service": route != .web && !takesTranscripts
        case "interims": tellsInterims || !tellsWords && !takesTranscripts
        case "words": tellsWords
        case "continues": tellsWords || converses && !takesTranscripts
        case "keyterm", "diarize": tellsWords
        case _ where Self.conversationParameters.contains(name): converses
        case _: false
        }
    }

    /// True if the value of a known parameter means something. Values of `language`, `codec` and others that are refused do not come here.
    private func takes(_ pair: URLQuery.Pair, _ engines: Set<EngineName>) -> Bool {
        switch pair.name {
        case _ where Self.flags.contains(pair.name): Self.flag(pair.value) != nil
        case _ where Self.switches.contains(pair.name): Self.isOff(pair.value) || pair.value.equalsIgnoringCase("enabled")
        case "call_id", "device_id": pair.value.utf8.count <= Self.maxName
        case "client_conversation_id": UUIDText.canonical(pair.value) != nil
        case "continues": predecessor != nil
        case "conversation_timeout": Int(pair.value).map(Self.isTimeout) ?? false
        case "keeps": kept != nil
        case "kept_from", "seen": resume != nil && Int(pair.value).map { $0 >= 0 } ?? false
        case "session_id", "resume_from": resume != nil
        case "source": Self.sources.contains(pair.value)
        case "stt_service": engines.contains(EngineName(pair.value))
        case _: true
        }
    }

    /// True for seconds of silence that end a conversation as the client asks.
    private static func isTimeout(_ seconds: Int) -> Bool {
        seconds == -1 || Int(shortestTimeout.components.seconds) <= seconds && seconds <= Int(longestTimeout.components.seconds)
    }

    /// True if the parameter is empty, or leaves something off.
    private static func asksForNothing(_ pair: URLQuery.Pair) -> Bool {
        if flags.contains(pair.name), flag(pair.value) == false { return true }
        let mayBeOff = switches.contains(pair.name) || table.entry(pair.name, .live) == nil
        return pair.asksForNothing || mayBeOff && isOff(pair.value)
    }

    private static func isOff(_ value: String) -> Bool { value.equalsIgnoringCase("disabled") }
}

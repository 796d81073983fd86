package import Conversations
package import Framing
package import Speech

/// The parameters in a client's query. Unknown names are ignored. Invalid values that do not affect the words are ignored too, and mean the default.
/// The answer to the upgrade names both: see `ignored`.
///
/// Source: the behaviour of Omi's `/v4/listen`; see docs/listen.md.
package struct ListenOptions: Sendable, Equatable {
    /// Maximum silence within a conversation that a client can ask for. Sessions with several channels always use it.
    package static let longestTimeout: Duration = .seconds(14_400)
    package static let shortestTimeout: Duration = .seconds(120)
    package static let channelLimit = 8
    /// Maximum sample and maximum message that a client may name when it resumes a session: more than any session has.
    package static let maxResumed: Int64 = 1 << 40
    /// Maximum number of characters in the name of a device or a call; more are cut off.
    static let maxName = 200

    package var route: ListenRoute
    /// Language of the audio; `multi` for any language.
    package var language = LanguageTag.english
    /// True if the client named the language, or leaves it to the engine by a name.
    package var namesLanguage = false
    package var codec = ListenCodec.pcm8
    package var format = AudioFormat.raw(.unsigned8, .telephone, channels: 1)
    package var channels = 1
    /// The engine that the client prefers; nil leaves the choice to the operator.
    package var engine: EngineName?
    package var timeout = shortestTimeout
    package var source = "omi"
    package var device: String?
    package var chosen: ID<Conversation>?
    /// The client's name for the call; only for sessions with several channels.
    package var call: String?
    package var usesProfile = true
    package var suggestsPeople = false
    package var createsPeople = true
    package var gate = ConversationRequest.Gate.operatorsChoice
    package var takesTranscripts = false
    package var isOnboarding = false
    /// True if the client wants words, without a conversation.
    package var tellsWords = false
    /// True if the client of segments wants the words that may still change, too.
    package var tellsInterims = false
    /// Speakers and terms that a client of words asks for.
    private var tellsSpeakers = false
    private var keyterms: [String] = []
    /// True if the client wants to know which of its audio is durable, and may reconnect when its connection is lost.
    package var acknowledges = false
    /// Length of the audio that the client keeps of what was acknowledged; nil: it may keep nothing.
    private(set) var kept: Duration?
    /// Sample rate of the positions that the client sends: the rate that it named. nil: the session's rate.
    package var rate: SampleRate? { if case .raw(_, let rate, _) = format { rate } else { nil } }
    package var resume: LiveResume?
    /// Interrupted session behind which the client goes on in a new session with audio that it has kept; nil: none.
    package var predecessor: ID<Session>?
    /// Rule for hiding sensitive words in all texts; nil: nothing is hidden.
    private var redaction: RedactionRule?
    /// The time at which the first sample was recorded; nil: audio comes as it is recorded.
    private var started: UnixTime?
    /// The title of the conversation; nil: it is made of the words.
    private var title: String?

    /// - Parameter now: the time of the gateway's clock.
    package init(_ query: URLQuery, route: ListenRoute, now: UnixTime) throws(ListenError) {
        self.route = route
        let name = query.text("codec") ?? ListenCodec.pcm8.rawValue
        codec = try ListenCodec(named: name)
        if let text = query.text("channels") {
            guard let number = Int(text), (1...Self.channelLimit).contains(number) else {
                throw .audio("channels is \"\(text.prefix(bytes: 20))\"; 1 to \(Self.channelLimit) are accepted.")
            }
            channels = number
        }
        var hertz: Int?
        if let text = query.text("sample_rate") {
            guard let number = Int(text) else { throw .audio("sample_rate is \"\(text.prefix(bytes: 20))\"; 8000 to 48000 are accepted.") }
            hertz = number
        }
        format = try codec.format(hertz: hertz, channels: channels)
        do throws(LanguageFault) {
            let text = query.first(LanguageParameter.listen.name)
            language = try LanguageParameter.listen.read(text)?.tag ?? language
            namesLanguage = text?.isEmpty == false
        } catch {
            throw ListenError(error)
        }
        isOnboarding = query.isEnabled("onboarding")
        if isOnboarding, language.isMulti { language = .english }
        usesProfile = query.flag("include_speech_profile") ?? true && !isOnboarding && channels == 1
        timeout = Self.timeout(query.text("conversation_timeout").flatMap { Int($0) } ?? 120, channels: channels)
        if let text = query.text("source"), Self.sources.contains(text) { source = text }
        device = query.text("device_id").map { $0.prefix(bytes: Self.maxName) }
        if channels > 1 { call = query.text("call_id").map { $0.prefix(bytes: Self.maxName) } }
        takesTranscripts = query.isEnabled("custom_stt") && route != .pushToTalk
        if let text = query.text("client_conversation_id") { chosen = UUIDText.canonical(text).map { ID($0) } }
        tellsWords = route == .device && channels == 1 && !takesTranscripts && query.flag("words") ?? false
        if tellsWords {
            tellsSpeakers = query.flag("diarize") ?? false
            keyterms = query.all("keyterm")
        }
        tellsInterims = !tellsWords && !takesTranscripts && query.flag("interims") ?? false
        redaction = try Self.redaction(query)
        started = try Self.started(query, now)
        title = try Self.title(query)
        acknowledges = query.flag("ack") ?? false
        if acknowledges { kept = Self.kept(query) }
        if let session = query.text("session_id"), let start = query.text("resume_from").flatMap({ Int64($0) }) {
            // A place before the first sample is rejected with the session.
            resume = LiveResume(
                session: ID(session), start: SampleIndex(min(max(start, -1), Self.maxResumed)),
                seen: min(max(0, query.text("seen").flatMap { Int($0) } ?? 0), Int(Self.maxResumed)),
                kept: query.text("kept_from").flatMap { Int64($0) }.map { SampleIndex(min(max($0, 0), Self.maxResumed)) })
        } else if acknowledges {
            predecessor = query.text("continues").map { ID($0) }
        }
        guard route != .web else { return }
        engine = query.text("stt_service").map { EngineName($0) }
        suggestsPeople = query.isEnabled("speaker_auto_assign")
        createsPeople = query.flag("create_speakers") ?? true
        gate =
            switch query.text("vad_gate")?.lowercased() {
            case "enabled": .on
            case "disabled": .off
            case _: .operatorsChoice
            }
    }

    /// The parameters of the query, with values that clients may give.
    package static let table = OptionTable(
        OptionTable.harken,
        [
            VendorOption("language", .gateway, "de", in: [.live]),
            VendorOption("codec", .gateway, "mulaw", in: [.live]),
            VendorOption("sample_rate", .gateway, "48000", in: [.live]),
            VendorOption("channels", .gateway, "2", in: [.live]),
            VendorOption("redact", .gateway, "pci", in: [.live]),
            VendorOption("call_id", .gateway, "call-7", in: [.live]),
            VendorOption("conversation_timeout", .gateway, "300", in: [.live]),
            VendorOption("source", .gateway, "desktop", in: [.live]),
            VendorOption("device_id", .gateway, "d1", in: [.live]),
            VendorOption("client_conversation_id", .gateway, "84c32fc6-4fb5-4e7a-b656-b5ec70493753", in: [.live]),
            VendorOption("stt_service", .gateway, "deepgram", in: [.live]),
            VendorOption("include_speech_profile", .gateway, "false", in: [.live]),
            VendorOption("speaker_auto_assign", .gateway, "enabled", in: [.live]),
            VendorOption("create_speakers", .gateway, "false", in: [.live]),
            VendorOption("vad_gate", .gateway, "enabled", in: [.live]),
            VendorOption("started_at", .gateway, "2026-01-31T11:00:00Z", in: [.live]),
            VendorOption("title", .gateway, "A call", in: [.live]),
            VendorOption("custom_stt", .gateway, "enabled", in: [.live]),
            VendorOption("onboarding", .gateway, "enabled", in: [.live]),
            VendorOption("interims", .gateway, in: [.live]),
            VendorOption("words", .gateway, in: [.live]),
            VendorOption("keyterm", .gateway, "Harken", in: [.live]),
            VendorOption("diarize", .gateway, in: [.live]),
            VendorOption("ack", .gateway, in: [.live]),
            VendorOption("session_id", .gateway, "11111111-2222-4333-8444-555555555555", in: [.live]),
            VendorOption("resume_from", .gateway, "16000", in: [.live]),
            VendorOption("kept_from", .gateway, "8000", in: [.live]),
            VendorOption("keeps", .gateway, "30", in: [.live]),
            VendorOption("seen", .gateway, "3", in: [.live]),
            VendorOption("continues", .gateway, "11111111-2222-4333-8444-555555555555", in: [.live]),
        ])

    /// Maximum length of the audio that a client says it keeps: a server goes back no further.
    private static let longestKept: Duration = .seconds(60)

    /// Returns the length of the acknowledged audio that the client keeps; nil when it does not say so.
    static func kept(_ query: URLQuery) -> Duration? {
        guard let seconds = query.text("keeps").flatMap({ Int($0) }), seconds >= 0 else { return nil }
        return min(.seconds(seconds), longestKept)
    }

    /// Returns the value of a flag; nil for a text that is not a flag.
    package static func flag(_ text: String) -> Bool? {
        switch text.lowercased() {
        case "true", "1", "yes", "on": true
        case "false", "0", "no", "off": false
        case _: nil
        }
    }

    private static func started(_ query: URLQuery, _ now: UnixTime) throws(ListenError) -> UnixTime? {
        guard let text = query.text("started_at") else { return nil }
        do throws(RecordingStart.Fault) { return try RecordingStart.read(text, now: now) } catch { throw .policy("started_at \(error)") }
    }

    private static func title(_ query: URLQuery) throws(ListenError) -> String? {
        guard let title = query.first("title").map(NameKey.trimmed), !title.isEmpty else { return nil }
        guard title.utf8.count <= Conversation.maxTitle else { throw .policy("title is longer than \(Conversation.maxTitle) bytes") }
        return title
    }

    private static func redaction(_ query: URLQuery) throws(ListenError) -> RedactionRule? {
        var kinds: Set<SensitiveKind> = []
        for name in query.all("redact").flatMap({ $0.split(separator: ",") }) where name != "false" {
            guard let named = Set<SensitiveKind>.named(name.lowercased()) else {
                throw .policy("redact knows \(Set<SensitiveKind>.names.prefix(4).joined(separator: ", ")) and kinds, not \(name.prefix(bytes: 20))")
            }
            kinds.formUnion(named)
        }
        return kinds.isEmpty ? nil : RedactionRule(kinds)
    }

    package var request: LiveRequest {
        var request = LiveRequest(
            format: format, language: language, interims: tellsWords || tellsInterims, separateChannels: channels > 1,
            diarize: tellsWords ? tellsSpeakers : channels == 1 && route != .pushToTalk, keyterms: keyterms,
            workload: route == .pushToTalk ? .pushToTalk : .realtime, shortestPiece: Self.shortestPiece)
        request.redaction = redaction
        return request
    }

    /// Minimum audio in one piece; wearables send 10 ms at once.
    private static let shortestPiece: Duration = .milliseconds(30)

    /// The conversation that the client asks for; nil: only a transcription.
    package var conversation: ConversationRequest? {
        guard route != .pushToTalk, !tellsWords else { return nil }
        let roles: [ConversationRequest.ChannelRole] = channels > 1 ? [.user] + Array(repeating: .other, count: channels - 1) : []
        return ConversationRequest(
            timeout: timeout, source: source, device: device, chosen: chosen, call: call, usesProfile: usesProfile, suggestsPeople: suggestsPeople,
            createsPeople: createsPeople, gate: channels > 1 ? .off : gate, takesTranscripts: takesTranscripts, channels: roles,
            endsWithSession: channels > 1 || source == "desktop", started: started, title: title)
    }

    private static func timeout(_ seconds: Int, channels: Int) -> Duration {
        if channels > 1 || seconds == -1 { return longestTimeout }
        return min(max(.seconds(min(max(seconds, 0), 1 << 20)), shortestTimeout), longestTimeout)
    }

    /// Devices and applications that may have recorded a conversation.
    package static let sources: Set<String> = [
        "omi", "friend", "fieldy", "bee", "plaud", "frame", "friend_com", "apple_watch", "phone", "phone_call", "desktop", "openglass", "screenpipe",
        "workflow", "sdcard", "external_integration", "limitless", "rayban_meta", "onboarding", "web", "harken",
    ]
}

extension URLQuery {
    fileprivate func text(_ name: String) -> String? { first(name).flatMap { $0.isEmpty ? nil : $0 } }

    fileprivate func isEnabled(_ name: String) -> Bool { first(name)?.lowercased() == "enabled" }

    fileprivate func flag(_ name: String) -> Bool? { first(name).flatMap(ListenOptions.flag) }
}

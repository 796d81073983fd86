package import Framing
package import Speech

/// A message from a client; plain audio comes in binary messages.
///
/// Source: Speechmatics "Real-time API" reference, client messages, and "Turn detection" for the members of `ForceEndOfUtterance`. Agent STT has the same
/// without those of channels: speechmatics/docs, `spec/agent-stt.yaml`, September 2026.
package enum SpeechmaticsClientMessage: Sendable, Equatable {
    case startRecognition(SpeechmaticsConfiguration)
    /// - Parameter lastSequenceNumber: the number of audio messages that were sent. The vendor's own client counts wrong.
    case endOfStream(lastSequenceNumber: Int)
    /// Audio of one channel, in a session with several channels.
    case channelAudio(channel: String, [UInt8])
    case endOfChannel(String)
    /// - Parameter fixed: members that cannot change while a session runs; a message that is written has none.
    case setRecognitionConfig(SpeechmaticsChange, language: String, fixed: [VendorOptions.Option] = [])
    /// - Parameters:
    ///   - at: the position at which the utterance is to end, in seconds since the first sample; nil: all audio that was sent.
    ///   - channel: the only channel whose utterance is to end; nil: all. Sessions of Agent STT have no channels.
    case forceEndOfUtterance(at: Double? = nil, channel: String? = nil)
    /// - Parameter atEnd: true if the answer may come only when everybody was heard.
    case getSpeakers(atEnd: Bool)
    case invalid(SpeechmaticsError)

    /// - Parameters:
    ///   - language: the language for a `StartRecognition` that names none.
    ///   - service: the service that the client speaks to.
    package init(parsing text: RawSpan, language: LanguageTag? = nil, for service: SpeechmaticsService = .realtime) {
        do throws(JSONError) {
            let document = try JSONDocument(parsing: text, sizeLimit: 1_048_576, depthLimit: 16)
            self = Self.read(document.root, language, service)
        } catch {
            self = .invalid(SpeechmaticsError(.invalidMessage, "The message cannot be read. \(error) Audio belongs in binary messages."))
        }
    }

    private static func read(_ root: JSONView, _ language: LanguageTag?, _ service: SpeechmaticsService) -> Self {
        switch root["message"].string {
        case "StartRecognition":
            let configuration =
                switch service {
                case .realtime: SpeechmaticsConfiguration.read(root, language: language)
                case .agent: SpeechmaticsConfiguration.readAgent(root)
                }
            switch configuration {
            case .success(let configuration): return .startRecognition(configuration)
            case .failure(let error): return .invalid(error)
            }
        case "EndOfStream": return .endOfStream(lastSequenceNumber: root["last_seq_no"].int ?? 0)
        case "SetRecognitionConfig":
            let config = root["transcription_config"]
            guard config.isObject else { return .invalid(SpeechmaticsError(.invalidConfig, "transcription_config is missing.")) }
            switch SpeechmaticsConfiguration.change(config, for: service) {
            case .success(let change):
                return .setRecognitionConfig(
                    change, language: config["language"].string ?? "", fixed: SpeechmaticsOptions.fixed(in: root, for: service))
            case .failure(let error): return .invalid(error)
            }
        case "ForceEndOfUtterance":
            let timestamp = root["timestamp"], channel = root["channel"]
            var at: Double?
            if timestamp.exists, !timestamp.isNull {
                guard let seconds = timestamp.double, seconds.isFinite, seconds >= 0 else {
                    return .invalid(SpeechmaticsError(.invalidMessage, "timestamp must be a number of seconds, 0 or more."))
                }
                at = seconds
            }
            guard channel.exists, !channel.isNull else { return .forceEndOfUtterance(at: at) }
            guard let label = channel.string else { return .invalid(SpeechmaticsError(.invalidMessage, "channel must be a string.")) }
            return .forceEndOfUtterance(at: at, channel: label)
        case "GetSpeakers": return .getSpeakers(atEnd: root["final"].bool ?? false)
        case "AddChannelAudio" where service == .realtime:
            guard let channel = root["channel"].string, let audio = root["data"].string.flatMap({ Base64.decode($0) }) else {
                return .invalid(SpeechmaticsError(.invalidMessage, "AddChannelAudio needs channel, a string, and data, audio in base 64."))
            }
            return .channelAudio(channel: channel, audio)
        case "EndOfChannel" where service == .realtime:
            guard let channel = root["channel"].string else {
                return .invalid(SpeechmaticsError(.invalidMessage, "EndOfChannel needs channel, a string."))
            }
            return .endOfChannel(channel)
        case .some(let name): return .invalid(SpeechmaticsError(.invalidMessage, "There is no message \"\(name.prefix(bytes: 64))\"."))
        case nil: return .invalid(SpeechmaticsError(.invalidMessage, "A text message must be a JSON object with a message."))
        }
    }

    package func write(to json: inout JSONWriter) {
        json.beginObject()
        switch self {
        case .startRecognition(let configuration):
            json.member("message", literal: "StartRecognition")
            configuration.writeMembers(to: &json)
        case .endOfStream(let number):
            json.member("message", literal: "EndOfStream")
            json.member("last_seq_no", number)
        case .channelAudio(let channel, let audio):
            json.member("message", literal: "AddChannelAudio")
            json.member("channel", channel)
            json.member("data", Base64.encode(audio))
        case .endOfChannel(let channel):
            json.member("message", literal: "EndOfChannel")
            json.member("channel", channel)
        case .setRecognitionConfig(let change, let language, _):
            json.member("message", literal: "SetRecognitionConfig")
            json.key("transcription_config")
            json.beginObject()
            json.member("language", language)
            change.writeMembers(to: &json)
            json.endObject()
        case .forceEndOfUtterance(let at, let channel):
            json.member("message", literal: "ForceEndOfUtterance")
            if let at { json.member("timestamp", at, decimals: 3) }
            if let channel { json.member("channel", channel) }
        case .getSpeakers(let atEnd):
            json.member("message", literal: "GetSpeakers")
            if atEnd { json.member("final", true) }
        case .invalid: break
        }
        json.endObject()
    }

    /// The message as the bytes of one text message.
    package var text: [UInt8] {
        var json = JSONWriter(capacity: 128)
        write(to: &json)
        return json.bytes
    }
}

extension SpeechmaticsConfiguration {
    /// Writes the members that the client side sends: raw audio, and the options that an engine's stream can have. Agent STT is sent no member that
    /// it does not have.
    fileprivate func writeMembers(to json: inout JSONWriter) {
        if case .raw(_, let rate, _) = format {
            json.key("audio_format")
            json.beginObject()
            json.member("type", literal: "raw")
            json.member("encoding", literal: "pcm_s16le")
            json.member("sample_rate", rate.hertz)
            json.endObject()
        }
        let given = SpeechmaticsOptions.table.sent(vendorOptions, .live).filter { agent == nil || SpeechmaticsAgentSettings.takes($0.name) }
        func has(_ names: String...) -> Bool { given.contains { names.contains($0.name) } }
        json.key("transcription_config")
        json.beginObject()
        if !has("language") { json.member("language", language.rawValue) }
        if !has("model", "operating_point") { json.member("model", model) }
        changes.writeMembers(to: &json)
        if agent?.emitsSentences == true { json.member("emit_sentences", true) }
        json.member("diarization", diarizes ? "speaker" : "none")
        if let count = shared.maxSpeakers, diarizes, !has("speaker_diarization_config") {
            json.key("speaker_diarization_config")
            json.beginObject()
            json.member("max_speakers", min(max(count, 2), 100))
            json.endObject()
        }
        if let fillerWords = shared.fillerWords, !has("transcript_filtering_config") {
            json.key("transcript_filtering_config")
            json.beginObject()
            json.member("remove_disfluencies", !fillerWords)
            json.endObject()
        }
        if let endOfUtterance {
            json.key("conversation_config")
            json.beginObject()
            json.member("end_of_utterance_silence_trigger", Double(endOfUtterance.wholeMilliseconds) / 1_000, decimals: 3)
            json.endObject()
        }
        if !vocabulary.isEmpty, !has("additional_vocab") {
            json.key("additional_vocab")
            json.array(vocabulary)
        }
        for option in given {
            json.key(escaping: option.name)
            json.value(raw: Array(option.value.json.utf8))
        }
        json.endObject()
        guard let agent else { return }
        json.key("turn_config")
        json.beginObject()
        json.member("turn_detection_mode", agent.turns.rawValue)
        json.endObject()
    }
}

extension SpeechmaticsChange {
    fileprivate func writeMembers(to json: inout JSONWriter) {
        if let delay { json.member("max_delay", Double(delay.wholeMilliseconds) / 1_000, decimals: 3) }
        if let partials { json.member("enable_partials", partials) }
    }
}

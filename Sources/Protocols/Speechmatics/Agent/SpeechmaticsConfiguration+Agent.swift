import Framing
import Speech

extension SpeechmaticsConfiguration {
    /// Maximum number of members that are named as ignored.
    private static let maxIgnored = 32

    /// Reads the configuration of an Agent STT session.
    ///
    /// Source: speechmatics/docs, `spec/agent-stt.yaml`, schema `StartRecognition`, September 2026. The vendor answers members that the service does not
    /// have with a `Warning` without a type, and goes on (a session recorded on 2026-09-16; speechmatics/docs, "Agent STT messages").
    static func readAgent(_ root: JSONView) -> Result<Self, SpeechmaticsError> {
        Result { () throws(SpeechmaticsError) in
            let config = root["transcription_config"]
            guard config.isObject else { throw SpeechmaticsError(.invalidConfig, "transcription_config is missing.") }
            for member in ["translation_config", "audio_events_config"] where root[member].isObject {
                throw SpeechmaticsError(.invalidConfig, "Agent STT has no \(member).")
            }
            let language: LanguageTag
            do throws(SpeechmaticsError) {
                language = try self.language(config, nil)
            } catch {
                throw SpeechmaticsError(.invalidLanguage, error.reason)
            }
            // The vendor's clients send one of the two; its document wants a model.
            let model = try text(config, "model"), older = try text(config, "operating_point")
            var configuration = Self(
                format: try agentFormat(root["audio_format"]), language: language, model: model ?? older ?? SpeechmaticsAgentClient.model)
            configuration.changes = SpeechmaticsChange(partials: try flag(config, "enable_partials"))
            var agent = SpeechmaticsAgentSettings(
                turns: try turns(root["turn_config"]), emitsSentences: try flag(config, "emit_sentences") ?? false)
            switch try text(config, "diarization") ?? "none" {
            case "none": break
            case "speaker": configuration.diarizes = true
            default: throw SpeechmaticsError(.invalidConfig, "diarization must be none or speaker.")
            }
            let speakers = config["speaker_diarization_config"]
            agent.tellsSpeakers = try flag(speakers, "get_speakers") ?? false
            agent.knowsVoices = speakers["speakers"].count > 0
            guard configuration.diarizes || !agent.tellsSpeakers && !agent.knowsVoices else {
                throw SpeechmaticsError(.invalidConfig, "get_speakers and speakers of speaker_diarization_config need diarization speaker.")
            }
            _ = try number(speakers, "speaker_sensitivity", in: 0...1)
            if let count = try number(speakers, "max_speakers", in: 2...100) { configuration.shared.maxSpeakers = Int(count) }
            configuration.shared.fillerWords = config["transcript_filtering_config"]["remove_disfluencies"].bool.map { !$0 }
            configuration.vocabulary = vocabulary(config["additional_vocab"])
            configuration.replacements = replacements(config["transcript_filtering_config"]["replacements"])
            configuration.fixed = SpeechmaticsOptions.fixed(in: root, for: .agent)
            configuration.vendorOptions = SpeechmaticsOptions.agentOptions(in: config)
            agent.ignored = ignored(root)
            configuration.agent = agent
            return configuration
        }
    }

    /// Returns the format of the audio: the service takes raw samples of 8 or 16 kHz only.
    private static func agentFormat(_ format: JSONView) throws(SpeechmaticsError) -> AudioFormat {
        guard format["type"].equals("raw") else { throw SpeechmaticsError(.invalidAudioType, "audio_format.type must be raw.") }
        let encoding: AudioEncoding
        switch format["encoding"].string {
        case "pcm_s16le": encoding = .linear16
        case "pcm_f32le": encoding = .float32
        default: throw SpeechmaticsError(.invalidAudioType, "audio_format.encoding must be pcm_s16le or pcm_f32le.")
        }
        guard let hertz = format["sample_rate"].int, SpeechmaticsAgentClient.rates.contains(hertz) else {
            throw SpeechmaticsError(.invalidAudioType, "audio_format.sample_rate must be 8000 or 16000.")
        }
        return .raw(encoding, SampleRate(hertz: hertz), channels: 1)
    }

    private static func turns(_ config: JSONView) throws(SpeechmaticsError) -> SpeechmaticsAgentSettings.Turns {
        guard let named = try text(config, "turn_detection_mode") else { return .vad }
        guard let turns = SpeechmaticsAgentSettings.Turns(rawValue: named) else {
            throw SpeechmaticsError(.invalidConfig, "turn_config.turn_detection_mode must be vad or external.")
        }
        return turns
    }

    /// Returns the paths of the members that the service does not have.
    private static func ignored(_ root: JSONView) -> [String] {
        var paths: [String] = []
        func add(_ object: JSONView, _ prefix: String, unless isKnown: (String) -> Bool) {
            object.forEachMember { name, value in
                guard paths.count < maxIgnored, !value.isNull, !isKnown(name) else { return }
                paths.append(prefix + name.prefix(bytes: 64))
            }
        }
        let top: Set<String> = ["message", "audio_format", "transcription_config", "turn_config"]
        add(root, "", unless: top.contains)
        add(root["transcription_config"], "transcription_config.", unless: SpeechmaticsAgentSettings.has)
        add(root["turn_config"], "turn_config.") { $0 == "turn_detection_mode" }
        return paths
    }
}

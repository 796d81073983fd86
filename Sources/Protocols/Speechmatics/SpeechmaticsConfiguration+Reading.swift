import Framing
import Speech

extension SpeechmaticsConfiguration {
    private static let maxTerms = 1_000
    private static let maxChannels = 8
    private static let delays = 0.5...20.0

    /// Reads the configuration of a session of the real-time API.
    ///
    /// - Parameter fallback: the language in the path, for clients that name it only there.
    static func read(_ root: JSONView, language fallback: LanguageTag?) -> Result<Self, SpeechmaticsError> {
        Result { () throws(SpeechmaticsError) in
            let config = root["transcription_config"]
            guard config.isObject else { throw SpeechmaticsError(.invalidConfig, "transcription_config is missing.") }
            let format = try format(root["audio_format"])
            let language = try language(config, fallback)
            let model = try text(config, "model"), older = try text(config, "operating_point")
            var configuration = Self(format: format, language: language, model: model ?? older ?? "standard")
            configuration.changes = try change(config).get()
            let byChannel: Bool
            (byChannel, configuration.diarizes) = try diarization(config)
            if byChannel {
                configuration.channels = try channels(config)
                guard case .raw(let encoding, let rate, _) = format else {
                    throw SpeechmaticsError(.invalidAudioType, "Channels come as raw audio: audio_format.type must be raw.")
                }
                configuration.format = .raw(encoding, rate, channels: configuration.channels.count)
            }
            let conversation = config["conversation_config"]
            let trigger = try number(conversation, "end_of_utterance_silence_trigger", in: 0...2) ?? 0
            if trigger > 0 { configuration.endOfUtterance = .milliseconds(Int64(trigger * 1_000)) }
            configuration.vocabulary = vocabulary(config["additional_vocab"])
            let marks = config["punctuation_overrides"]["permitted_marks"]
            if marks.isArray { configuration.permittedMarks = (0..<min(marks.count, 100)).compactMap { marks[$0].string } }
            configuration.replacements = replacements(config["transcript_filtering_config"]["replacements"])
            configuration.fixed = SpeechmaticsOptions.fixed(in: root)
            configuration.vendorOptions = SpeechmaticsOptions.options(in: config)
            configuration.vendorOptions?.dropForeignLanguages(in: ["language"], words: ["auto", "multi"], unless: isOwn)
            configuration.shared = SharedOptions(
                fillerWords: config["transcript_filtering_config"]["remove_disfluencies"].bool.map { !$0 },
                maxSpeakers: config["speaker_diarization_config"]["max_speakers"].int)
            configuration.asksForTranslation = root["translation_config"]["target_languages"].count > 0
            configuration.unsupportedOptions = unsupportedOptions(root)
            return configuration
        }
    }

    /// Members of `StartRecognition` that are read. A translation has a warning of its own.
    private static let served: Set<String> = ["message", "audio_format", "transcription_config", "translation_config"]

    /// Returns the names of the members that nobody here serves, such as `audio_events_config`. A member that asks for nothing is left out.
    private static func unsupportedOptions(_ root: JSONView) -> [String] {
        // No engine is sent the rule of utterances: its members that are not read here have no effect.
        let rule = VendorOptions.Option.Value(root["transcription_config"]["conversation_config"])
        var names = rule.members(besides: ["end_of_utterance_silence_trigger"]).prefix(maxChannels).map { "conversation_config.\($0)" }
        root.forEachMember { name, value in
            guard names.count < maxChannels, !served.contains(name), !VendorOptions.Option.Value(value).isEmpty else { return }
            names.append(name.prefix(bytes: 64))
        }
        return names
    }

    /// Returns the language of the words, with the region in which they are written.
    ///
    /// - Parameter fallback: the language in the path.
    static func language(_ config: JSONView, _ fallback: LanguageTag?) throws(SpeechmaticsError) -> LanguageTag {
        let parameter = LanguageParameter.speechmatics, named = try text(config, "language") ?? fallback?.rawValue
        let locale = try text(config, "output_locale")
        do throws(LanguageFault) {
            let written = try locale.flatMap { text throws(LanguageFault) in
                try text.isEmpty ? nil : parameter.read(text, as: "transcription_config.output_locale")
            }
            switch try parameter.read(named) {
            case .language(let language)?: return written?.tag.primary == language.primary ? written?.tag ?? language : language
            case .detected?: return LanguageTag("auto")
            case .several?, nil: return .multi
            }
        } catch {
            throw SpeechmaticsError(.invalidConfig, error.message)
        }
    }

    /// Reads the members that may also change later.
    static func change(_ config: JSONView, for service: SpeechmaticsService = .realtime) -> Result<SpeechmaticsChange, SpeechmaticsError> {
        Result { () throws(SpeechmaticsError) in
            // The vendor's clients repeat the language, which does not change.
            if let named = try text(config, "language"), !named.isEmpty, LanguageName(named) == nil {
                throw SpeechmaticsError(.invalidConfig, LanguageFault(LanguageParameter.speechmatics.name, named).message)
            }
            guard service == .realtime else { return SpeechmaticsChange(partials: try flag(config, "enable_partials")) }
            if let mode = try text(config, "max_delay_mode"), mode != "flexible", mode != "fixed" {
                throw SpeechmaticsError(.invalidConfig, "max_delay_mode must be flexible or fixed.")
            }
            let delay = try number(config, "max_delay", in: delays).map { Duration.milliseconds(Int64($0 * 1_000)) }
            return SpeechmaticsChange(delay: delay, partials: try flag(config, "enable_partials"))
        }
    }

    private static func format(_ format: JSONView) throws(SpeechmaticsError) -> AudioFormat {
        if format["type"].equals("file") { return .container }
        guard format["type"].equals("raw") else { throw SpeechmaticsError(.invalidAudioType, "audio_format.type must be raw or file.") }
        let encoding: AudioEncoding
        switch format["encoding"].string {
        case "pcm_s16le": encoding = .linear16
        case "pcm_f32le": encoding = .float32
        case "mulaw": encoding = .mulaw
        default: throw SpeechmaticsError(.invalidAudioType, "audio_format.encoding must be pcm_s16le, pcm_f32le or mulaw.")
        }
        let accepted = SampleRate.accepted
        guard let hertz = format["sample_rate"].int, accepted.contains(SampleRate(hertz: hertz)) else {
            throw SpeechmaticsError(
                .invalidAudioType, "audio_format.sample_rate must be from \(accepted.lowerBound.hertz) to \(accepted.upperBound.hertz).")
        }
        return .raw(encoding, SampleRate(hertz: hertz), channels: 1)
    }

    /// Returns what is to be distinguished: channels, speakers, or both.
    private static func diarization(_ config: JSONView) throws(SpeechmaticsError) -> (channels: Bool, speakers: Bool) {
        switch try text(config, "diarization") ?? "none" {
        case "none": return (false, false)
        case "speaker": return (false, true)
        case "channel": return (true, false)
        case "channel_and_speaker": return (true, true)
        default: throw SpeechmaticsError(.invalidConfig, "diarization must be none, speaker, channel or channel_and_speaker.")
        }
    }

    private static func channels(_ config: JSONView) throws(SpeechmaticsError) -> [String] {
        let list = config["channel_diarization_labels"]
        let error = SpeechmaticsError(
            .invalidConfig, "channel_diarization_labels must name the channels: from 1 to \(maxChannels), each name short, and once.")
        guard list.isArray, (1...maxChannels).contains(list.count) else { throw error }
        var labels: [String] = []
        for index in 0..<list.count {
            guard let label = list[index].string, (1...200).contains(label.utf8.count), !labels.contains(label) else { throw error }
            labels.append(label)
        }
        return labels
    }

    static func vocabulary(_ list: JSONView) -> [String] {
        (0..<min(list.count, maxTerms)).compactMap { list[$0].string ?? list[$0]["content"].string }.filter { !$0.isEmpty }
    }

    static func replacements(_ list: JSONView) -> [WordReplacement] {
        (0..<min(list.count, maxTerms)).compactMap { index in
            guard let from = list[index]["from"].string, let to = list[index]["to"].string else { return nil }
            return WordReplacement(find: from, replacement: to)
        }
    }

    // MARK: Values that may be null

    static func text(_ object: JSONView, _ name: String) throws(SpeechmaticsError) -> String? {
        let value = object[name]
        guard value.exists, !value.isNull else { return nil }
        guard let text = value.string, text.utf8.count <= 200 else { throw SpeechmaticsError(.invalidConfig, "\(name) must be a short string.") }
        return text
    }

    static func flag(_ object: JSONView, _ name: String) throws(SpeechmaticsError) -> Bool? {
        let value = object[name]
        guard value.exists, !value.isNull else { return nil }
        guard let flag = value.bool else { throw SpeechmaticsError(.invalidConfig, "\(name) must be true or false.") }
        return flag
    }

    static func number(_ object: JSONView, _ name: String, in range: ClosedRange<Double>) throws(SpeechmaticsError) -> Double? {
        let value = object[name]
        guard value.exists, !value.isNull else { return nil }
        guard let number = value.double, range.contains(number) else {
            throw SpeechmaticsError(.invalidConfig, "\(name) must be from \(range.lowerBound) to \(range.upperBound).")
        }
        return number
    }
}

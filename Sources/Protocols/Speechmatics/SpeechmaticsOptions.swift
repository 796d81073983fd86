internal import Framing
package import Speech

/// The options of Speechmatics' live protocol: the members of `transcription_config`.
///
/// Harken decides what the vendor is sent for: partial transcripts and the delay of finals, because a session needs them; channels, because a stream
/// may carry some of a session's channels; the silence that ends utterances, which Harken reports itself.
///
/// Source: Speechmatics "Real-time API" reference, message `StartRecognition`.
package enum SpeechmaticsOptions {
    package static let vendor = EngineName("speechmatics")

    package static let table = OptionTable(
        vendor,
        [
            VendorOption("enable_partials", .gateway, in: [.live]),
            VendorOption("max_delay", .gateway, "2.0", in: [.live]),
            VendorOption("max_delay_mode", .gateway, #""fixed""#, in: [.live]),
            VendorOption("channel_diarization_labels", .gateway, #"["agent","caller"]"#, in: [.live]),
            VendorOption(
                "conversation_config", .gateway, #"{"end_of_utterance_silence_trigger":0.5}"#, in: [.live],
                turns: [.maximumSilence, .minimumSilence]),
            VendorOption("diarization", .gateway, #""speaker""#, in: [.live]),
            VendorOption("language", .session(.language), #""en""#, in: [.live]),
            VendorOption("output_locale", .shared(.locale), #""en-GB""#, in: [.live]),
            VendorOption("model", .session(.model), #""enhanced""#, in: [.live]),
            VendorOption("operating_point", .session(.model), #""enhanced""#, in: [.live]),
            VendorOption("speaker_diarization_config", .shared(.speakerCount), #"{"max_speakers":4}"#, in: [.live], reading: ["max_speakers"]),
            VendorOption(
                "additional_vocab", .session(.keyterms), #"[{"content":"Harken","sounds_like":["harken"]}]"#, in: [.live], reading: ["content"]),
            VendorOption("punctuation_overrides", .session(), #"{"permitted_marks":["."]}"#, in: [.live], reading: ["permitted_marks"]),
            VendorOption(
                "transcript_filtering_config", .shared(.fillerWords), #"{"remove_disfluencies":true}"#, in: [.live],
                reading: ["remove_disfluencies", "replacements"]),
            VendorOption("domain", .own, #""finance""#, in: [.live]),
            VendorOption("enable_entities", .own, in: [.live]),
            VendorOption("audio_filtering_config", .own, #"{"volume_threshold":5}"#, in: [.live]),
            VendorOption("language_hints", .own, #"["en","es"]"#, in: [.live]),
            VendorOption("streaming_mode", .own, #""low_latency""#, in: [.live]),
        ])

    /// Returns the members of a client's configuration that go to Speechmatics as they are.
    static func options(in config: borrowing JSONView) -> VendorOptions {
        var options = VendorOptions(vendor)
        config.forEachMember { name, value in
            guard !value.isNull, options.options.count < VendorOptions.maxCount else { return }
            guard var option = table.option(name, .init(value), .live) else { return }
            // Harken replaces words with every engine.
            if name == "transcript_filtering_config" { option.cover(member: "replacements") }
            options.options.append(option)
        }
        return options
    }

    /// Returns the members of an Agent STT client's configuration that go to Speechmatics as they are: those that its services have in common. The
    /// identifiers of voices are left out, because the labels that would come with them are names of the client's own.
    static func agentOptions(in config: borrowing JSONView) -> VendorOptions {
        var options = VendorOptions(vendor)
        config.forEachMember { name, value in
            guard !value.isNull, SpeechmaticsAgentSettings.has(name), SpeechmaticsAgentSettings.takes(name) else { return }
            var value = JSONValue(value)
            if name == "speaker_diarization_config", case .object(let members) = value {
                value = .object(members.filter { $0.name != "speakers" && $0.name != "get_speakers" })
            }
            var json = JSONWriter()
            json.value(value)
            guard json.text != "{}", var option = table.option(name, .json(json.text), .live) else { return }
            if name == "transcript_filtering_config" { option.cover(member: "replacements") }
            options.options.append(option)
        }
        return options
    }

    /// Members of `SetRecognitionConfig` that are in force from then on, or only say again what was said, as the language does.
    private static let changing = names(in: changes), agentChanging = names(in: agentChanges)

    private static func names(in table: ChangeTable) -> Set<String> { Set(["language"] + table.settings.map(\.name)) }

    /// Returns the members of a `SetRecognitionConfig`, and of its `transcription_config`, that cannot change while a session runs.
    static func fixed(in root: JSONView, for service: SpeechmaticsService = .realtime) -> [VendorOptions.Option] {
        var options: [VendorOptions.Option] = []
        func add(_ object: JSONView, besides known: Set<String>) {
            object.forEachMember { name, value in
                guard !known.contains(name), !value.isNull, options.count < 100 else { return }
                options.append(.init(name.prefix(bytes: 100), .init(value)))
            }
        }
        add(root["transcription_config"], besides: service == .agent ? agentChanging : changing)
        add(root, besides: ["message", "transcription_config"])
        return options
    }

    /// The message that changes settings while audio flows.
    package static let changes = ChangeTable(
        "Speechmatics", "SetRecognitionConfig", table,
        [
            .init("max_delay", #"{"message":"SetRecognitionConfig","transcription_config":{"language":"en","max_delay":2.0}}"#),
            .init("max_delay_mode", #"{"message":"SetRecognitionConfig","transcription_config":{"language":"en","max_delay_mode":"fixed"}}"#),
            .init("enable_partials", #"{"message":"SetRecognitionConfig","transcription_config":{"language":"en","enable_partials":true}}"#),
        ])

    /// The message of Agent STT that changes settings while audio flows.
    package static let agentChanges = ChangeTable(
        "Speechmatics, Agent STT", "SetRecognitionConfig", table,
        [.init("enable_partials", #"{"message":"SetRecognitionConfig","transcription_config":{"language":"en","enable_partials":true}}"#)])
}

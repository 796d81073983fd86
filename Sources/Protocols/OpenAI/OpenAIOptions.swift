internal import Framing
package import Speech

/// The fields of OpenAI's `POST /v1/audio/transcriptions`, and the settings of its realtime sessions.
///
/// Harken decides what the vendor is sent for: the form of the answer, because Harken needs words with times and writes the client's form itself;
/// the model, because servers that are compatible with OpenAI have others, which the operator names; the audio's form and the ends of turns, because
/// a session has its own.
///
/// Source: OpenAI API reference, "Create transcription" and "Realtime".
package enum OpenAIOptions {
    package static let vendor = EngineName("openai")

    package static let table = OptionTable(
        vendor,
        [
            VendorOption("format", .gateway, #"{"type":"audio/pcm"}"#, in: [.live]),
            VendorOption("turn_detection", .gateway, #"{"type":"semantic_vad"}"#, in: [.live]),
            VendorOption(RealtimeTurnDetection.thresholdOption, .gateway, "0.7", in: [.live], turns: [.voice]),
            VendorOption(
                RealtimeTurnDetection.silenceOption, .gateway, "900", in: [.live], turns: [.endpointing],
                leastSilence: RealtimeTurnDetection.leastSilence),
            VendorOption(
                RealtimeTurnDetection.eagernessOption, .gateway, #""high""#, in: [.live], turns: [.maximumSilence],
                silences: RealtimeTurnDetection.Eagerness.silences),
            VendorOption("include", .gateway, #"["item.input_audio_transcription.logprobs"]"#, in: [.live]),
            VendorOption("model", .gateway, #""gpt-live-transcribe""#, in: [.live]),
            VendorOption("language", .session(.language), #""en""#, in: [.live]),
            VendorOption("languages", .session(.language), #"["en"]"#, in: [.live]),
            VendorOption("prompt", .shared(.prompt), #""A call about a parcel.""#, in: [.live]),
            VendorOption("keywords", .session(.keyterms), #"["Harken"]"#, in: [.live]),
            VendorOption("delay", .own, #""low""#, in: [.live]),
            VendorOption("noise_reduction", .own, #"{"type":"near_field"}"#, in: [.live]),
            VendorOption("file", .gateway, "", in: [.recorded]),
            VendorOption("response_format", .gateway, "srt", in: [.recorded]),
            VendorOption("timestamp_granularities[]", .gateway, "segment", in: [.recorded]),
            VendorOption("timestamp_granularities", .gateway, "segment", in: [.recorded]),
            VendorOption("stream", .gateway, in: [.recorded]),
            VendorOption("include[]", .gateway, "logprobs", in: [.recorded]),
            VendorOption("include", .gateway, "logprobs", in: [.recorded]),
            VendorOption("model", .gateway, "gpt-4o-transcribe", in: [.recorded]),
            VendorOption("language", .session(.language), "en", in: [.recorded]),
            VendorOption("languages[]", .session(.language), "en", in: [.recorded]),
            VendorOption("languages", .session(.language), "en", in: [.recorded]),
            VendorOption("prompt", .shared(.prompt), "A call about a parcel.", in: [.recorded]),
            VendorOption("keywords[]", .session(), "Harken", in: [.recorded]),
            VendorOption("keywords", .session(), "Harken", in: [.recorded]),
            VendorOption("temperature", .shared(.temperature), "0.3", in: [.recorded]),
            VendorOption("chunking_strategy", .own, "auto", in: [.recorded]),
            VendorOption("chunking_strategy[type]", .own, "server_vad", in: [.recorded]),
            VendorOption("known_speaker_names[]", .shared(.knownSpeakers), "Ann", in: [.recorded]),
            VendorOption("known_speaker_references[]", .shared(.knownSpeakers), "data:audio/wav;base64,AAAA", in: [.recorded]),
        ])

    /// Returns the fields of a form that go to the vendor as they are.
    static func options(in form: OpenAIForm) -> VendorOptions {
        VendorOptions(
            vendor,
            form.fields.prefix(VendorOptions.maxCount).compactMap { field in
                var option = table.option(field.name, .text(field.value), .recorded)
                // The key terms of a prompt reach every engine.
                if field.name == "prompt", !PromptTerms.terms(of: field.value).isEmpty { option?.reading = .full }
                return option
            })
    }

    /// The event that changes settings while audio flows.
    package static let changes = ChangeTable(
        "OpenAI, realtime", "session.update", table,
        [
            .init(
                "audio.input.transcription.model", of: "model",
                #"{"type":"session.update","session":{"audio":{"input":{"transcription":{"model":"gpt-4o-transcribe"}}}}}"#),
            .init(
                "audio.input.transcription.language", of: "language",
                #"{"type":"session.update","session":{"audio":{"input":{"transcription":{"language":"de"}}}}}"#),
            .init(
                "audio.input.transcription.languages", of: "languages",
                #"{"type":"session.update","session":{"audio":{"input":{"transcription":{"languages":["de"]}}}}}"#),
            .init(
                "audio.input.transcription.prompt", of: "prompt",
                #"{"type":"session.update","session":{"audio":{"input":{"transcription":{"prompt":"A call."}}}}}"#),
            .init(
                "audio.input.transcription.keywords", of: "keywords",
                #"{"type":"session.update","session":{"audio":{"input":{"transcription":{"keywords":["Harken"]}}}}}"#),
            .init(
                "audio.input.transcription.delay", of: "delay",
                #"{"type":"session.update","session":{"audio":{"input":{"transcription":{"delay":"low"}}}}}"#),
            .init(
                "audio.input.turn_detection.type", of: "turn_detection",
                #"{"type":"session.update","session":{"audio":{"input":{"turn_detection":{"type":"semantic_vad"}}}}}"#),
            .init(
                "audio.input.turn_detection.threshold", of: RealtimeTurnDetection.thresholdOption,
                #"{"type":"session.update","session":{"audio":{"input":{"turn_detection":{"threshold":0.7}}}}}"#),
            .init(
                "audio.input.turn_detection.prefix_padding_ms", of: "turn_detection",
                #"{"type":"session.update","session":{"audio":{"input":{"turn_detection":{"prefix_padding_ms":100}}}}}"#),
            .init(
                "audio.input.turn_detection.silence_duration_ms", of: RealtimeTurnDetection.silenceOption,
                #"{"type":"session.update","session":{"audio":{"input":{"turn_detection":{"silence_duration_ms":900}}}}}"#),
            .init(
                "audio.input.turn_detection.eagerness", of: RealtimeTurnDetection.eagernessOption,
                #"{"type":"session.update","session":{"audio":{"input":{"turn_detection":{"type":"semantic_vad","eagerness":"high"}}}}}"#),
            .init(
                "audio.input.noise_reduction", of: "noise_reduction",
                #"{"type":"session.update","session":{"audio":{"input":{"noise_reduction":{"type":"near_field"}}}}}"#),
            .init("include", #"{"type":"session.update","session":{"include":["item.input_audio_transcription.logprobs"]}}"#),
        ])
}

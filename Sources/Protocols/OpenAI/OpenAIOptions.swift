internal import Framing
package import Speech

/// The fields of OpenAI's `POST /v1/audio/transcriptions`.
///
/// Harken decides what the vendor is sent for: the form of the answer, because Harken needs words with times and writes the client's form itself;
/// the model, because servers that are compatible with OpenAI have others, which the operator names.
///
/// Source: OpenAI API reference, "Create transcription".
package enum OpenAIOptions {
    package static let vendor = EngineName("openai")

    package static let table = OptionTable(
        vendor,
        [
            VendorOption("file", .gateway, "", in: [.recorded]),
            VendorOption("response_format", .gateway, "srt", in: [.recorded]),
            VendorOption("timestamp_granularities[]", .gateway, "segment", in: [.recorded]),
            VendorOption("timestamp_granularities", .gateway, "segment", in: [.recorded]),
            VendorOption("stream", .gateway, in: [.recorded]),
            VendorOption("include[]", .gateway, "logprobs", in: [.recorded]),
            VendorOption("include", .gateway, "logprobs", in: [.recorded]),
            VendorOption("model", .gateway, "gpt-4o-transcribe", in: [.recorded]),
            VendorOption("language", .session(), "en", in: [.recorded]),
            VendorOption("languages[]", .session(), "en", in: [.recorded]),
            VendorOption("languages", .session(), "en", in: [.recorded]),
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
                if field.name == "prompt", !PromptTerms.terms(of: field.value).isEmpty { option?.isCovered = true }
                return option
            })
    }
}

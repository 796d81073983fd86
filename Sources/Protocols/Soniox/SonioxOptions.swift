internal import Framing
package import Speech

/// The options of Soniox's protocols, live and recorded.
///
/// Harken decides what the vendor is sent for: the key; the audio's form and place, because Harken decodes audio; the detection of endpoints, because a
/// session needs it; webhooks, because Harken sends them. Translations are rejected: Harken's transcripts have no place for them.
///
/// Source: Soniox "Real-time API" reference, configuration; API reference, "Create transcription".
package enum SonioxOptions {
    package static let vendor = EngineName("soniox")

    package static let table = OptionTable(
        vendor,
        [
            VendorOption("api_key", .gateway, #""k""#, in: [.live]),
            VendorOption("audio_format", .gateway, #""auto""#, in: [.live]),
            VendorOption("sample_rate", .gateway, "48000", in: [.live]),
            VendorOption("num_channels", .gateway, "1", in: [.live]),
            VendorOption("enable_endpoint_detection", .gateway, in: [.live]),
            VendorOption("audio_url", .gateway, #""https://example.org/a.wav""#, in: [.recorded]),
            VendorOption("file_id", .gateway, #""84c32fc6-4fb5-4e7a-b656-b5ec70493753""#, in: [.recorded]),
            VendorOption("webhook_url", .gateway, #""https://example.org/done""#, in: [.recorded]),
            VendorOption("webhook_auth_header_name", .gateway, #""X-Webhook""#, in: [.recorded]),
            VendorOption("webhook_auth_header_value", .gateway, #""w""#, in: [.recorded]),
            VendorOption("model", .session(.model), #""stt-rt-v4""#, in: [.live]),
            VendorOption("model", .session(), #""stt-async-v4""#, in: [.recorded]),
            VendorOption("language_hints", .session(.language), #"["en","es"]"#),
            VendorOption("language_hints_strict", .shared(.languages)),
            VendorOption(
                "context", .shared(.prompt), #"{"general":[{"key":"topic","value":"parcels"}],"text":"A call.","terms":["Harken"]}"#,
                reading: ["text", "terms"]),
            VendorOption("enable_speaker_diarization", .session()),
            VendorOption("enable_language_identification", .session()),
            VendorOption("max_endpoint_delay_ms", .session(.turn), "900", in: [.live], turns: [.maximumSilence]),
            VendorOption("endpoint_sensitivity", .own, "0.5", in: [.live]),
            VendorOption("endpoint_latency_adjustment_level", .own, "2", in: [.live]),
            VendorOption("client_reference_id", .own, #""call 7""#, in: [.live]),
            VendorOption("client_reference_id", .session(), #""call 7""#, in: [.recorded]),
            VendorOption("translation", .refused, #"{"type":"one_way","target_language":"es"}"#),
        ])

    /// Returns the members of a client's configuration or order that go to Soniox as they are.
    static func options(in root: borrowing JSONView, _ service: VendorOption.Service) -> VendorOptions {
        var options = VendorOptions(vendor)
        root.forEachMember { name, value in
            guard !value.isNull, options.options.count < VendorOptions.maxCount else { return }
            guard var option = table.option(name, .init(value), service) else { return }
            // A flag names no language.
            if name == "language_hints_strict" { option.aspect = nil }
            if name == "context" {
                option.aspect = .keyterms
                // Key terms reach every engine.
                option.cover(member: "terms")
            }
            options.options.append(option)
        }
        return options
    }
}

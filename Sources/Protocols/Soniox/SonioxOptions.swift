internal import Framing
package import Speech

/// The options of Soniox's live protocol.
///
/// Harken decides what the vendor is sent for: the key; the audio's form, because Harken decodes audio; the detection of endpoints, because a session
/// needs it. Translations are rejected: Harken's transcripts have no place for them.
///
/// Source: Soniox "Real-time API" reference, configuration.
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
            VendorOption("model", .session(.model), #""stt-rt-v4""#, in: [.live]),
            VendorOption("language_hints", .session(.language), #"["en","es"]"#, in: [.live]),
            VendorOption("language_hints_strict", .own, in: [.live]),
            VendorOption(
                "context", .shared(.prompt), #"{"general":[{"key":"topic","value":"parcels"}],"text":"A call.","terms":["Harken"]}"#, in: [.live]),
            VendorOption("enable_speaker_diarization", .session(), in: [.live]),
            VendorOption("enable_language_identification", .session(), in: [.live]),
            VendorOption("max_endpoint_delay_ms", .session(.turn), "900", in: [.live]),
            VendorOption("endpoint_sensitivity", .own, "0.5", in: [.live]),
            VendorOption("endpoint_latency_adjustment_level", .own, "2", in: [.live]),
            VendorOption("client_reference_id", .own, #""call 7""#, in: [.live]),
            VendorOption("translation", .refused, #"{"type":"one_way","target_language":"es"}"#, in: [.live]),
        ])

    /// Returns the members of a client's configuration that go to Soniox as they are.
    static func options(in root: borrowing JSONView) -> VendorOptions {
        var options = VendorOptions(vendor)
        root.forEachMember { name, value in
            guard !value.isNull, options.options.count < VendorOptions.maxCount else { return }
            guard var option = table.option(name, .init(value), .live) else { return }
            if name == "context" {
                option.aspect = .keyterms
                // Key terms reach every engine.
                option.isCovered = value.isObject && value.count == 1 && value["terms"].isArray
            }
            options.options.append(option)
        }
        return options
    }
}

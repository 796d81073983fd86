import Framing
import Speech

extension SonioxConfiguration {
    /// The vendor's maximum for `max_endpoint_delay_ms`.
    static let longestEndpointDelay: Duration = .seconds(3)

    /// Returns the model that a stream with these options is opened with: the client's if it follows the vendor's names of live models, else the usual
    /// one.
    static func model(for options: StreamOptions) -> String {
        options.model.flatMap { $0.lowercased().hasPrefix("stt-rt-") ? $0 : nil } ?? SonioxLiveClient.model
    }

    /// Returns the first message of a stream with these options.
    static func text(for options: StreamOptions) -> [UInt8] {
        let given = SonioxOptions.table.sent(options.vendorOptions, .live)
        func has(_ name: String) -> Bool { given.contains { $0.name == name } }
        var json = JSONWriter()
        json.beginObject()
        json.member("model", model(for: options))
        json.member("audio_format", literal: "pcm_s16le")
        json.member("sample_rate", options.rate.hertz)
        json.member("num_channels", max(1, options.channels))
        if let language = options.language, !language.isMulti {
            if !has("language_hints") {
                json.key("language_hints")
                json.array([language.primary])
            }
        } else if !has("enable_language_identification") {
            json.member("enable_language_identification", true)
        }
        // The vendor's model finds the ends, also before the longest silence.
        let silence = options.turn.minimumSilence ?? options.endpointing
        let detectsEnds = options.turn.soleSilence == nil && silence < TurnPart.never
        json.member("enable_endpoint_detection", detectsEnds)
        if detectsEnds, let longest = options.turn.maximumSilence, !has("max_endpoint_delay_ms") {
            json.member("max_endpoint_delay_ms", Int(min(max(longest.wholeMilliseconds, 500), longestEndpointDelay.wholeMilliseconds)))
        }
        if options.diarize, !has("enable_speaker_diarization") { json.member("enable_speaker_diarization", true) }
        if !has("context") { write(terms(options.keyterms), prompt: options.shared.prompt, to: &json) }
        for option in given where option.name != "model" {
            json.key(escaping: option.name)
            json.value(raw: Array(option.value.json.utf8))
        }
        json.endObject()
        return json.bytes
    }

    /// Writes the member `context`, unless there is nothing to write. A text is left out when it would be too long with the terms.
    static func write(_ terms: [String], prompt: String?, to json: inout JSONWriter) {
        let length = terms.reduce(100) { $0 + $1.unicodeScalars.count + 4 }
        let prompt = prompt.flatMap { length + $0.unicodeScalars.count <= maxContext ? $0 : nil }
        guard !terms.isEmpty || prompt != nil else { return }
        json.key("context")
        json.beginObject()
        if let prompt { json.member("text", prompt) }
        if !terms.isEmpty {
            json.key("terms")
            json.array(terms)
        }
        json.endObject()
    }

    /// Returns as many terms as the vendor accepts.
    static func terms(_ all: [String]) -> [String] {
        var length = 100
        return Array(
            all.prefix { term in
                length += term.unicodeScalars.count + 4
                return length <= maxContext
            })
    }
}

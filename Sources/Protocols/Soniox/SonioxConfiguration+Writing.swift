import Framing
import Speech

extension SonioxConfiguration {
    /// Returns the first message of a stream with these options.
    static func text(for options: StreamOptions) -> [UInt8] {
        var json = JSONWriter()
        json.beginObject()
        json.member("model", options.model.flatMap { $0.lowercased().hasPrefix("stt-rt-") ? $0 : nil } ?? SonioxLiveClient.model)
        json.member("audio_format", literal: "pcm_s16le")
        json.member("sample_rate", options.rate.hertz)
        json.member("num_channels", max(1, options.channels))
        if let language = options.language, language.primary != "multi" {
            json.key("language_hints")
            json.beginArray()
            json.value(language.primary)
            json.endArray()
        } else {
            json.member("enable_language_identification", true)
        }
        json.member("enable_endpoint_detection", true)
        if let silence = options.turn.maximumSilence { json.member("max_endpoint_delay_ms", Int(min(max(silence.wholeMilliseconds, 500), 3_000))) }
        if options.diarize { json.member("enable_speaker_diarization", true) }
        let terms = terms(options.keyterms)
        if !terms.isEmpty {
            json.key("context")
            json.beginObject()
            json.key("terms")
            json.beginArray()
            for term in terms { json.value(term) }
            json.endArray()
            json.endObject()
        }
        json.endObject()
        return json.bytes
    }

    /// Returns as many terms as the vendor accepts.
    private static func terms(_ all: [String]) -> [String] {
        var length = 100
        return Array(
            all.prefix { term in
                length += term.unicodeScalars.count + 4
                return length <= maxContext
            })
    }
}

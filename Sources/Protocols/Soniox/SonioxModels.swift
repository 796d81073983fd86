import Framing
import Speech

/// The models that a Soniox client may name and list.
enum SonioxModels {
    private struct Listed {
        var name: String
        /// The model for which the name stands; nil: the name is a model's own.
        var aliased: String?
        var isLive: Bool

        var title: StaticString { isLive ? "Speech-to-Text Real-time" : "Speech-to-Text Async" }
    }

    /// The vendor's current models and their aliases. The configured engines serve all of them.
    ///
    /// Source: Soniox "Models", current models and aliases, changelog of 2026-06-16.
    private static let listed = [
        Listed(name: SonioxLiveClient.model, aliased: nil, isLive: true),
        Listed(name: SonioxPrerecordedClient.model, aliased: nil, isLive: false),
        Listed(name: "stt-rt-v4", aliased: SonioxLiveClient.model, isLive: true),
        Listed(name: "stt-async-v4", aliased: SonioxPrerecordedClient.model, isLive: false),
    ]

    /// Writes the member `models` of Soniox's `GET /v1/models`. No engine translates.
    ///
    /// - Parameter languages: the languages of the gateway's engines.
    ///
    /// Source: Soniox API reference, "Get models".
    static func writeList(_ languages: Capabilities.Languages, to json: inout JSONWriter) {
        let codes: Set<String> =
            switch languages {
            case .any: LanguageTag.withEnglishNames
            case .only(let known): known
            }
        json.key("models")
        json.beginArray()
        for model in listed {
            json.beginObject()
            json.member("id", model.name)
            if let aliased = model.aliased { json.member("aliased_model_id", aliased) } else { json.nullMember("aliased_model_id") }
            json.member("name", literal: model.title)
            json.member("context_version", 2)
            json.member("transcription_mode", literal: model.isLive ? "real_time" : "async")
            json.key("languages")
            json.beginArray()
            for code in codes.sorted() {
                let name = LanguageTag(code).englishName
                json.beginObject()
                json.member("code", code)
                json.member("name", name.prefix(1).uppercased() + name.dropFirst())
                json.endObject()
            }
            json.endArray()
            // Soniox's own engine heeds it; for others it is named as ignored.
            json.member("supports_language_hints_strict", true)
            json.member("supports_max_endpoint_delay", model.isLive)
            for name: StaticString in ["translation_targets", "two_way_translation_pairs"] {
                json.key(name)
                json.array([])
            }
            json.nullMember("one_way_translation")
            json.nullMember("two_way_translation")
            json.endObject()
        }
        json.endArray()
    }
}

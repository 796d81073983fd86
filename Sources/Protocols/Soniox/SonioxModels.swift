import Framing
import Speech

/// The models that a Soniox client may name and list.
enum SonioxModels {
    /// The vendor's names that a list of models has. The configured engines serve all of them.
    private static let listed: [(name: String, title: StaticString, isLive: Bool)] = [
        (SonioxLiveClient.model, "Speech-to-Text Real-time", true), (SonioxPrerecordedClient.model, "Speech-to-Text Async", false),
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
            json.nullMember("aliased_model_id")
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

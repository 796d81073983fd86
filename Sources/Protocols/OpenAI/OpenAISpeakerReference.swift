internal import Framing
internal import Speech

/// The voice of a person who may speak in a recording, as the client of `POST /v1/audio/transcriptions` gives it.
///
/// Source: OpenAI API reference, "Create transcription": `known_speaker_names[]` and `known_speaker_references[]`, of 2 to 10 s each.
package struct OpenAISpeakerReference: Sendable, Equatable {
    /// The beginning of the names of the two fields.
    private static let prefix = "known_speaker_"
    private static let namesField = "known_speaker_names"
    private static let audioField = "known_speaker_references"
    /// Maximum number of references in one request.
    private static let maxCount = 4

    package var name: String
    /// The bytes of an audio file, in any format that the recording may have.
    package var audio: [UInt8]

    package init(name: String, audio: [UInt8]) {
        self.name = name
        self.audio = audio
    }

    /// Returns the names of the fields about references that a form has, each once.
    static func fields(of form: OpenAIForm) -> [String] {
        var names: [String] = []
        for field in form.fields where field.name.hasPrefix(prefix) && !field.value.isEmpty {
            if !names.contains(field.name) { names.append(field.name) }
        }
        return names
    }

    /// Returns the references of a form, in order.
    static func list(_ form: OpenAIForm) throws(OpenAIFieldError) -> [OpenAISpeakerReference] {
        let names = form.list(namesField), urls = form.list(audioField)
        guard names.count == urls.count else {
            throw OpenAIFieldError(
                "There are \(names.count) known_speaker_names and \(urls.count) known_speaker_references. Each name needs its reference.", audioField)
        }
        guard names.count <= maxCount else {
            throw OpenAIFieldError("There are \(names.count) known speakers; at most \(maxCount) are accepted.", namesField)
        }
        var references: [OpenAISpeakerReference] = []
        for (name, url) in zip(names, urls) {
            guard let audio = DataURL.bytes(of: url), !audio.isEmpty else {
                throw OpenAIFieldError(
                    "The reference of '\(name.prefix(bytes: 80))' is not a data URL with audio in Base64, such as data:audio/wav;base64,….",
                    audioField)
            }
            references.append(OpenAISpeakerReference(name: name, audio: audio))
        }
        return references
    }
}

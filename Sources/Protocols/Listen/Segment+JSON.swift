package import Conversations
package import Framing
import Speech

extension Segment {
    /// Writes every field of a segment that clients of `/listen` and of the API know; this is the only writer. An unknown speaker has number 0, and
    /// only `speaker_identity_state` distinguishes it from the first speaker.
    package func write(to json: inout JSONWriter) { write(to: &json, withWords: false) }

    /// - Parameter withWords: true if the member `words` follows.
    package func write(to json: inout JSONWriter, withWords: Bool) {
        let known = speaker ?? SpeakerNumber(0)
        json.beginObject()
        json.member("id", id.rawValue)
        json.member("text", text)
        json.member("speaker", known.label)
        json.member("speaker_id", known.number)
        json.member("is_user", identity.isUser)
        json.member("person_id", optional: identity.person?.rawValue)
        json.member("start", start / .seconds(1), decimals: 3)
        json.member("end", end / .seconds(1), decimals: 3)
        json.key("translations")
        json.beginArray()
        for translation in translations {
            json.beginObject()
            json.member("lang", translation.language.rawValue)
            json.member("text", translation.text)
            json.endObject()
        }
        json.endArray()
        json.member("speech_profile_processed", true)
        json.member("stt_provider", optional: engine?.rawValue)
        json.member("stt_model", optional: model)
        for name in ["provider_cluster_id", "provider_speaker_label"] as [StaticString] { json.member(name, optional: nil) }
        let (state, status): (StaticString, StaticString) =
            switch identity.who {
            case .unknown: speaker == nil ? ("unknown", "unknown") : ("unassigned", "not_user")
            case .voice: ("unassigned", "not_user")
            case .person: ("identified", "not_user")
            case .user: ("user", "user")
            }
        json.member("speaker_identity_state", literal: state)
        json.member("speaker_identity_status", literal: status)
        json.key("speaker_identity_confidence")
        if let confidence = identity.confidence { json.value(Double(confidence), decimals: 3) } else { json.null() }
        json.member("speaker_identity_source", optional: identity.source?.rawValue)
        let unused: [StaticString] = [
            "speaker_identity_version", "speaker_identity_provenance", "speaker_identity_candidates", "speaker_identity_text_hints",
        ]
        for name in unused { json.member(name, optional: nil) }
        if withWords { writeWords(to: &json) }
        json.endObject()
    }

    private func writeWords(to json: inout JSONWriter) {
        json.key("words")
        json.beginArray()
        for word in words {
            json.beginObject()
            json.member("text", word.text)
            json.member("start", word.start / .seconds(1), decimals: 3)
            json.member("end", word.end / .seconds(1), decimals: 3)
            json.endObject()
        }
        json.endArray()
    }
}

import Conversations
import Framing
import Speech

extension Conversation {
    /// As clients know it, who call it a memory.
    func write(to json: inout JSONWriter) {
        json.beginObject()
        json.member("id", id.rawValue)
        json.member("created_at", started.rfc3339)
        json.member("started_at", started.rfc3339)
        json.member("finished_at", finished.rfc3339)
        json.member("source", source)
        json.member("language", optional: language?.rawValue)
        json.member("status", status.rawValue)
        json.member("discarded", status == .discarded)
        json.key("structured")
        json.beginObject()
        json.member("title", title ?? "")
        json.member("overview", summary ?? "")
        json.member("emoji", literal: "")
        json.member("category", literal: "other")
        for name in ["action_items", "events"] as [StaticString] {
            json.key(name)
            json.beginArray()
            json.endArray()
        }
        json.endObject()
        json.key("transcript_segments")
        json.beginArray()
        for segment in segments { segment.write(to: &json) }
        json.endArray()
        json.member("finalization_reason", optional: finalizationReason)
        json.endObject()
    }
}

extension Segment {
    /// Every field that clients know. A speaker whom nobody knows is number 0 to them, told from the first speaker by `speaker_identity_state`.
    func write(to json: inout JSONWriter) {
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
        json.endObject()
    }
}

extension JSONWriter {
    fileprivate mutating func member(_ name: StaticString, optional value: String?) {
        key(name)
        if let value { self.value(value) } else { null() }
    }
}

import Conversations
import Framing
import Speech

extension ListenEvent {
    /// Reads an event of a conversation; nil for any other message, and for an incomplete one.
    init?(_ message: JSONView) {
        if message.isArray {
            let segments = (0..<message.count).compactMap { Segment(message[$0]) }
            guard !segments.isEmpty else { return nil }
            self = .changed(segments)
            return
        }
        switch message["type"].string {
        case "conversation_session":
            guard let id = message["conversation_id"].string else { return nil }
            self = .conversation(ID(id))
        case "segments_deleted":
            let ids = message["segment_ids"]
            self = .removed((0..<ids.count).compactMap { ids[$0].string.map { ID($0) } })
        case "speaker_label_suggestion":
            guard let speaker = message["speaker_id"].int, let name = message["person_name"].string, let segment = message["segment_id"].string
            else { return nil }
            let who: SpeakerSuggestion.Who =
                switch message["person_id"].string {
                case "user": .user
                case let id? where !id.isEmpty: .person(ID(id))
                case _: .named
                }
            self = .suggested(SpeakerSuggestion(SpeakerNumber(speaker), who, name: name, segment: ID(segment)))
        case "speaker_label":
            guard let speaker = message["speaker_id"].int, let label = message["label"].string, !label.isEmpty else { return nil }
            self = .labeled(SpeakerNumber(speaker), label)
        case "memory_processing_started":
            guard let id = message["memory"]["id"].string else { return nil }
            self = .processing(ID(id))
        case "memory_created":
            guard let id = message["memory"]["id"].string else { return nil }
            self = .completed(ID(id))
        case _: return nil
        }
    }
}

extension Segment {
    /// Reads a segment in the form that the server writes; nil when it is incomplete.
    fileprivate init?(_ view: JSONView) {
        guard let id = view["id"].string, let text = view["text"].string, let start = view["start"].double, let end = view["end"].double,
            (0...1e8).contains(start), (start...1e8).contains(end)
        else { return nil }
        let isKnown = view["speaker_identity_state"].string != "unknown"
        let who: SpeakerIdentity.Who =
            if view["is_user"].bool == true { .user } else if let person = view["person_id"].string { .person(ID(person)) } else { .unknown }
        self.init(
            id: ID(id), text: text, start: .milliseconds(Int64((start * 1_000).rounded())), end: .milliseconds(Int64((end * 1_000).rounded())),
            speaker: isKnown ? view["speaker_id"].int.map { SpeakerNumber($0) } : nil, identity: SpeakerIdentity(who, by: nil))
    }
}

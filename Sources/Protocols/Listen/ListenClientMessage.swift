package import Conversations
import Framing
package import Speech

/// A text message from a client of `/listen`.
package enum ListenClientMessage: Sendable, Equatable {
    case imageChunk(id: String, index: Int, total: Int)
    /// A part of an image that breaks the rules.
    case malformedImage
    case transcript([SuggestedSegment], engine: EngineName?)
    /// Assigns a speaker to a person. `person` is nil for the user.
    case speakerAssigned(SpeakerNumber, person: ID<Person>?, name: String, segments: [ID<Segment>])
    case startOnboarding
    case skipQuestion
    case finalization(reason: String)
    /// Makes the words so far final; for push-to-talk only.
    case finalize
    /// Announces the end of the audio: the server sends the remaining text and closes with 1000.
    case finish
    /// The client has seen this number of messages.
    case seen(Int)
    /// Any other message, which has no effect.
    case other

    package static let sizeLimit = 4 << 20
    private static let maxSegments = 1_000
    /// Maximum length of a client's own id of a segment, in bytes.
    private static let maxID = 128
    private static let reasons: Set<String> = [
        "user_stop", "finish_and_continue", "meeting_started", "meeting_ended", "max_duration_rotation", "crash_recovery", "retry",
    ]

    package init(parsing text: RawSpan) {
        if text.byteCount == 8, text.withUnsafeBytes({ $0.elementsEqual("finalize".utf8) }) {
            self = .finalize
            return
        }
        guard let document = try? JSONDocument(parsing: text, sizeLimit: Self.sizeLimit, depthLimit: 16) else {
            self = .other
            return
        }
        let root = document.root
        switch root["type"].string {
        case "image_chunk":
            guard let id = root["id"].string, let index = root["index"].int, let total = root["total"].int, let data = root["data"].string,
                !data.isEmpty
            else {
                self = .malformedImage
                return
            }
            self = .imageChunk(id: id, index: index, total: total)
        case "suggested_transcript":
            let engine = root["stt_provider"].string.flatMap { $0.isEmpty ? nil : EngineName(String($0.prefix(60))) }
            self = .transcript(Self.segments(root["segments"]), engine: engine)
        case "speaker_assigned":
            guard let speaker = root["speaker_id"].int, speaker >= 0, let person = root["person_id"].string, !person.isEmpty,
                let name = root["person_name"].string
            else {
                self = .other
                return
            }
            let list = root["segment_ids"]
            let segments = (0..<min(list.count, Self.maxSegments)).compactMap { list[$0].string.map { ID<Segment>($0) } }
            self = .speakerAssigned(SpeakerNumber(speaker), person: person == "user" ? nil : ID(person), name: name, segments: segments)
        case "start_onboarding": self = .startOnboarding
        case "skip_question": self = .skipQuestion
        case "finalization_reason":
            let reason = root["reason"].string ?? ""
            self = Self.reasons.contains(reason) ? .finalization(reason: reason) : .other
        case "finalize": self = .finalize
        case "finish": self = .finish
        case "seen": self = root["messages"].int.map { .seen($0) } ?? .other
        case _: self = .other
        }
    }

    /// Returns the complete segments; incomplete ones are left out.
    private static func segments(_ list: JSONView) -> [SuggestedSegment] {
        (0..<min(list.count, maxSegments)).compactMap { index in
            let view = list[index]
            guard let text = view["text"].string, !text.isEmpty, let start = view["start"].double, let end = view["end"].double,
                (0...1e8).contains(start), (start...1e8).contains(end)
            else { return nil }
            let named = view["speaker"].string.flatMap { Int($0.drop { !$0.isNumber }) }
            let id = view["id"].string.flatMap { (1...maxID).contains($0.utf8.count) ? ID<Segment>($0) : nil }
            let person = view["person_id"].string.flatMap { $0.isEmpty || $0 == "user" ? nil : ID<Person>($0) }
            return SuggestedSegment(
                text, start: .milliseconds(Int64((start * 1_000).rounded())), end: .milliseconds(Int64((end * 1_000).rounded())),
                speaker: view["speaker_id"].int ?? named, isUser: view["is_user"].bool ?? false, person: person, id: id)
        }
    }
}

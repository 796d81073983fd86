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
    /// Only keeps the session alive: no text, `ping`, `pong`, `{}` and the types of `heartbeats`.
    case heartbeat
    /// Any other message, which has no effect.
    case ignored

    package static let sizeLimit = 4 << 20
    private static let maxSegments = 1_000
    /// Maximum length of a client's own id of a segment, in bytes.
    private static let maxID = 128
    private static let reasons: Set<String> = [
        "user_stop", "finish_and_continue", "meeting_started", "meeting_ended", "max_duration_rotation", "crash_recovery", "retry",
    ]
    private static let heartbeats: Set<String> = ["ping", "pong", "keepalive", "KeepAlive"]
    /// The members of each type of message that are read, besides `type`.
    private static let members: [String: Set<String>] = [
        "image_chunk": ["id", "index", "total", "data"], "suggested_transcript": ["stt_provider", "segments"],
        "speaker_assigned": ["speaker_id", "person_id", "person_name", "segment_ids"], "finalization_reason": ["reason"], "seen": ["messages"],
        "start_onboarding": [], "skip_question": [], "finalize": [], "finish": [],
    ]
    /// The members of a suggested segment that are read.
    private static let segmentMembers: Set<String> = ["text", "start", "end", "id", "speaker", "speaker_id", "person_id", "is_user"]

    /// Reads a message.
    ///
    /// - Parameter ignored: gets what has no effect in any session: the message, or parts of it.
    package init(parsing text: RawSpan, ignored: inout [ListenIgnored]) {
        switch text.byteCount <= 8 ? text.withUnsafeBytes({ String(decoding: $0, as: UTF8.self) }) : nil {
        case "finalize":
            self = .finalize
            return
        case "", "ping", "pong":
            self = .heartbeat
            return
        case _: break
        }
        guard let document = try? JSONDocument(parsing: text, sizeLimit: Self.sizeLimit, depthLimit: 16) else {
            self = .ignored
            ignored.append(Self.nameless)
            return
        }
        let root = document.root
        guard let type = root["type"].string else {
            self = root.isObject && root.count == 0 ? .heartbeat : .ignored
            if self == .ignored { ignored.append(Self.nameless) }
            return
        }
        let message: Self?
        // The reason for which the message has no effect, where it is nil.
        var reason = "no message has this type"
        switch type {
        case "image_chunk": message = Self.image(root) ?? .malformedImage
        case "suggested_transcript":
            reason = "it needs an array of segments"
            let engine = root["stt_provider"].string.flatMap { $0.isEmpty ? nil : EngineName($0.prefix(bytes: 60)) }
            message = root["segments"].isArray ? .transcript(Self.segments(root["segments"], &ignored), engine: engine) : nil
        case "speaker_assigned":
            reason = "it needs speaker_id, person_id and person_name"
            message = Self.assignment(root, &ignored)
        case "finalization_reason":
            reason = "its reason is none of \(Self.reasons.sorted().joined(separator: ", "))"
            let named = root["reason"].string ?? ""
            message = Self.reasons.contains(named) ? .finalization(reason: named) : nil
        case "seen":
            reason = "it needs a number of messages"
            message = root["messages"].int.map { .seen($0) }
        case "start_onboarding": message = .startOnboarding
        case "skip_question": message = .skipQuestion
        case "finalize": message = .finalize
        case "finish": message = .finish
        case _ where Self.heartbeats.contains(type): message = .heartbeat
        case _: message = nil
        }
        self = message ?? .ignored
        if message == nil {
            ignored = [ListenIgnored(type, reason)]
        } else if let members = Self.members[type] {
            ignored += IgnoredOptions.names(in: root, besides: members.union(["type"])).map { ListenIgnored.unread(type + "." + $0) }
        }
    }

    private static let nameless = ListenIgnored("message", "a text message is a JSON object with a type")

    /// Returns the part of an image; nil if a member is missing.
    private static func image(_ root: JSONView) -> ListenClientMessage? {
        guard let id = root["id"].string, let index = root["index"].int, let total = root["total"].int, let data = root["data"].string, !data.isEmpty
        else { return nil }
        return .imageChunk(id: id, index: index, total: total)
    }

    /// Returns the assignment; nil if a member is missing or means nothing.
    private static func assignment(_ root: JSONView, _ ignored: inout [ListenIgnored]) -> ListenClientMessage? {
        guard let speaker = root["speaker_id"].int, speaker >= 0, let person = root["person_id"].string, !person.isEmpty,
            let name = root["person_name"].string
        else { return nil }
        let list = root["segment_ids"]
        let segments = (0..<min(list.count, maxSegments)).compactMap { list[$0].string.map { ID<Segment>($0) } }
        let isWhole = list.isArray ? segments.count == list.count : !list.exists || list.isNull
        if !isWhole { ignored.append(ListenIgnored("speaker_assigned.segment_ids", "only the texts among the first \(maxSegments) are ids")) }
        return .speakerAssigned(SpeakerNumber(speaker), person: person == "user" ? nil : ID(person), name: name, segments: segments)
    }

    /// Returns the complete segments of an array; incomplete ones are left out.
    private static func segments(_ list: JSONView, _ ignored: inout [ListenIgnored]) -> [SuggestedSegment] {
        let name = "suggested_transcript.segments"
        var segments: [SuggestedSegment] = [], isWhole = list.count <= maxSegments
        for index in 0..<min(list.count, maxSegments) {
            let view = list[index]
            guard let segment = segment(view) else {
                isWhole = false
                continue
            }
            segments.append(segment)
            if segment.id == nil, let id = view["id"].string, !id.isEmpty {
                ignored.append(ListenIgnored(name + ".id", "an id has at most \(maxID) bytes"))
            }
            ignored += IgnoredOptions.names(in: view, besides: segmentMembers).map { ListenIgnored.unread(name + "." + $0) }
        }
        if !isWhole {
            let reason = "segments without a text or times, and those behind the first \(maxSegments), are left out"
            ignored.append(ListenIgnored(name, reason))
        }
        return segments
    }

    /// Returns a segment; nil if it is incomplete.
    private static func segment(_ view: JSONView) -> SuggestedSegment? {
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

    /// The type of the message; empty for messages without one.
    var type: String {
        switch self {
        case .imageChunk, .malformedImage: "image_chunk"
        case .transcript: "suggested_transcript"
        case .speakerAssigned: "speaker_assigned"
        case .startOnboarding: "start_onboarding"
        case .skipQuestion: "skip_question"
        case .finalization: "finalization_reason"
        case .finalize: "finalize"
        case .finish: "finish"
        case .seen: "seen"
        case .heartbeat, .ignored: ""
        }
    }
}

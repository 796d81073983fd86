internal import Conversations
internal import Framing
internal import Speech
internal import Store

extension FormerSpeaker {
    func write(to json: inout JSONWriter) {
        json.beginObject()
        json.member("segment_id", segment.rawValue)
        json.members(of: named)
        json.member("voice_id", optional: voice?.rawValue)
        json.member("speaker_identity_source", optional: source?.rawValue)
        json.member("speaker_identity_confidence", exact: confidence)
        json.endObject()
    }

    /// Reads the member `former` of a body; nil when the body does not have it.
    static func list(_ request: APIRequest) throws(APIError) -> [FormerSpeaker]? {
        switch request.body?["former"] {
        case nil, .null: return nil
        case .array(let list):
            var speakers: [FormerSpeaker] = []
            for element in list {
                guard let speaker = FormerSpeaker(element) else { throw unreadable }
                speakers.append(speaker)
            }
            return speakers
        case .some: throw unreadable
        }
    }

    private static let unreadable = APIError.badRequest("\"former\" must be a list as an assignment has answered it.")

    /// Returns nil for a value that no assignment answers.
    private init?(_ json: JSONValue) {
        guard case .string(let segment)? = json["segment_id"] else { return nil }
        let named: Voice.Owner, voice: ID<Voice>?, source: SpeakerIdentity.Source?, confidence: Float?
        switch (json["person_id"] ?? .null, json["is_user"] ?? .null) {
        case (.string(let id), .null), (.string(let id), .bool(false)): named = .person(ID(id))
        case (.null, .bool(true)): named = .user
        case (.null, .null), (.null, .bool(false)): named = .nobody
        case _: return nil
        }
        switch json["voice_id"] ?? .null {
        case .null: voice = nil
        case .string(let id): voice = ID(id)
        case _: return nil
        }
        switch json["speaker_identity_source"] ?? .null {
        case .null: source = nil
        case .string(let name):
            guard let known = SpeakerIdentity.Source(rawValue: name) else { return nil }
            source = known
        case _: return nil
        }
        switch json["speaker_identity_confidence"] ?? .null {
        case .null: confidence = nil
        case .int(let number) where 0...1 ~= number: confidence = Float(number)
        case .double(let number) where 0...1 ~= number: confidence = Float(number)
        case _: return nil
        }
        self.init(ID(segment), named: named, voice: voice, by: source, confidence: confidence)
    }
}

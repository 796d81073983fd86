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

    /// Returns nil for a value that no assignment answers.
    init?(_ json: JSONValue) {
        guard case .string(let segment)? = json["segment_id"], let named = Voice.Owner(former: json) else { return nil }
        let voice: ID<Voice>?, source: SpeakerIdentity.Source?, confidence: Float?
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
        case let value:
            guard let number = value.double, 0...1 ~= number else { return nil }
            confidence = Float(number)
        }
        self.init(ID(segment), named: named, voice: voice, by: source, confidence: confidence)
    }
}

extension FormerOwner {
    func write(to json: inout JSONWriter) {
        json.beginObject()
        json.member("voice_id", voice.rawValue)
        json.members(of: owner)
        json.member("adopted_at", optional: adoption?.time.rfc3339)
        json.member("adoption_distance", exact: adoption?.distance)
        json.member("was_rejected", wasRejected)
        json.endObject()
    }

    /// Returns nil for a value that no assignment answers.
    init?(_ json: JSONValue) {
        guard case .string(let voice)? = json["voice_id"], let owner = Voice.Owner(former: json) else { return nil }
        let adoption: Voice.Adoption?, wasRejected: Bool
        switch (json["adopted_at"] ?? .null, json["adoption_distance"] ?? .null) {
        case (.null, .null): adoption = nil
        case (.string(let text), let value):
            guard let distance = value.double, 0...2 ~= distance, let time = UnixTime(rfc3339: text) else { return nil }
            adoption = Voice.Adoption(time, distance: Float(distance))
        case _: return nil
        }
        switch json["was_rejected"] ?? .null {
        case .null: wasRejected = false
        case .bool(let value): wasRejected = value
        case _: return nil
        }
        self.init(ID(voice), owner, adoption: adoption, wasRejected: wasRejected)
    }
}

extension Voice.Owner {
    /// Returns nil for a value that no assignment answers.
    fileprivate init?(former json: JSONValue) {
        switch (json["person_id"] ?? .null, json["is_user"] ?? .null) {
        case (.string(let id), .null), (.string(let id), .bool(false)): self = .person(ID(id))
        case (.null, .bool(true)): self = .user
        case (.null, .null), (.null, .bool(false)): self = .nobody
        case _: return nil
        }
    }
}

extension APIRequest {
    /// Reads a member of the body that is a list as an assignment has answered it; nil when the body does not have it.
    ///
    /// - Parameter read: reads an element of the list; returns nil for a value that no assignment answers.
    func former<Element>(_ name: String, _ read: (JSONValue) -> Element?) throws(APIError) -> [Element]? {
        let unreadable = APIError.badRequest("\"\(name)\" must be a list as an assignment has answered it.")
        switch body?[name] {
        case nil, .null: return nil
        case .array(let list):
            var elements: [Element] = []
            for json in list {
                guard let element = read(json) else { throw unreadable }
                elements.append(element)
            }
            return elements
        case .some: throw unreadable
        }
    }
}

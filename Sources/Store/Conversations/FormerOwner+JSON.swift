internal import Conversations
package import Framing
internal import Speech

extension FormerOwner {
    package func write(to json: inout JSONWriter) {
        json.beginObject()
        json.member("voice_id", voice.rawValue)
        json.members(of: owner)
        json.member("adopted_at", optional: adoption?.time.rfc3339)
        json.member("adoption_distance", exact: adoption?.distance)
        json.member("was_rejected", wasRejected)
        json.endObject()
    }

    /// Returns nil for a value that no assignment answers.
    package init?(_ json: JSONValue) {
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

package import Conversations
package import Framing
internal import Speech

extension JSONWriter {
    /// Writes the members `person_id` and `is_user`.
    package mutating func members(of owner: Voice.Owner) {
        member("person_id", optional: { if case .person(let id) = owner { id.rawValue } else { nil } }())
        member("is_user", owner == .user)
    }
}

extension Voice.Owner {
    /// Returns nil for a value that no assignment answers.
    init?(former json: JSONValue) {
        switch (json["person_id"] ?? .null, json["is_user"] ?? .null) {
        case (.string(let id), .null), (.string(let id), .bool(false)): self = .person(ID(id))
        case (.null, .bool(true)): self = .user
        case (.null, .null), (.null, .bool(false)): self = .nobody
        case _: return nil
        }
    }
}

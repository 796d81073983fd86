internal import Conversations
package import Framing
internal import Speech

/// The form of a former speaker in answers, and in the notes of a change that is carried out in parts.
extension FormerSpeaker {
    package func write(to json: inout JSONWriter) {
        json.beginObject()
        json.member("segment_id", segment.rawValue)
        json.members(of: named)
        json.member("voice_id", optional: voice?.rawValue)
        json.member("speaker_identity_source", optional: source?.rawValue)
        json.member("speaker_identity_confidence", exact: confidence)
        json.endObject()
    }

    /// Returns nil for a value that no assignment answers.
    package init?(_ json: JSONValue) {
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

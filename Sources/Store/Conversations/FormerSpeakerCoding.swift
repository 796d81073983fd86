import Conversations
import Framing
import Speech

/// The encoding of former speakers in the database: a JSON list of speakers in the form of answers.
enum FormerSpeakerCoding {
    static func encode(_ speakers: [FormerSpeaker]) -> String {
        var json = JSONWriter(capacity: speakers.count * 200)
        json.beginArray()
        for speaker in speakers { speaker.write(to: &json) }
        json.endArray()
        return json.text
    }

    /// Decodes speakers. Leaves out those that cannot be read.
    static func decode(_ text: String) -> [FormerSpeaker] {
        guard let document = try? JSONDocument(parsing: Array(text.utf8), sizeLimit: 1 << 28) else { return [] }
        return (0..<document.root.count).compactMap { index in
            let speaker = document.root[index]
            return speaker.isArray ? FormerSpeaker(listed: speaker) : FormerSpeaker(JSONValue(speaker))
        }
    }
}

extension FormerSpeaker {
    /// Reads a speaker as earlier versions have stored it: `[segment, person or user, voice, source, confidence]`, all of them texts; a text is empty
    /// where there is nothing.
    fileprivate init?(listed speaker: borrowing JSONView) {
        guard let segment = speaker[0].string, let named = speaker[1].string, let voice = speaker[2].string, let source = speaker[3].string,
            let confidence = speaker[4].string
        else { return nil }
        let owner: Voice.Owner = named.first == "p" ? .person(ID(String(named.dropFirst()))) : named == "u" ? .user : .nobody
        self.init(
            ID(segment), named: owner, voice: voice.isEmpty ? nil : ID(voice), by: SpeakerIdentity.Source(rawValue: source),
            confidence: Float(confidence))
    }
}

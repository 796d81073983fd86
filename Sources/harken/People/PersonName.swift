import Conversations
import Framing
import Protocols
import Speech
import Store

/// Names of people as arguments of commands.
enum PersonName {
    static func checked(_ name: String) throws(UsageError) -> String {
        guard !NameKey.trimmed(name).isEmpty, name.utf8.count <= ConversationLimits.name else {
            throw UsageError("a name needs letters, and has at most \(ConversationLimits.name) bytes")
        }
        return NameKey.trimmed(name)
    }
}

extension CommandContext {
    /// Reports a change of a person: as a JSON object, or in one line.
    func tell(_ person: Person, _ events: String, json: Bool) {
        guard json else {
            note(TerminalText.safe("\(person.name) (\(person.id)) \(events)"))
            return
        }
        var writer = JSONWriter()
        ConversationDocument.write(person, to: &writer)
        output.writeLine(writer.text)
    }

    /// Reports a change of a voice: as a JSON object, or in one line.
    func tell(_ voice: KnownVoice, _ events: String, json: Bool) {
        guard json else {
            note("\(voice.label) (\(voice.id)) \(events)")
            return
        }
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("id", voice.id.rawValue)
        writer.member("label", voice.label)
        writer.endObject()
        output.writeLine(writer.text)
    }
}

import Conversations
import Framing
import Protocols
import Speech
import Store

/// Names of people as arguments of commands.
enum PersonName {
    static func checked(_ name: String) throws(UsageError) -> String {
        guard name.contains(where: { !$0.isWhitespace }), name.utf8.count <= ConversationLimits.name else {
            throw UsageError("a name needs letters, and has at most \(ConversationLimits.name) bytes")
        }
        return name
    }
}

extension StoreAccess {
    /// Finds a person by id, otherwise by name, ignoring case.
    func person(_ text: String, in store: any ConversationStores) async throws -> Person {
        let people = try await store.people(of: user)
        if let person = people.first(where: { $0.id.rawValue == text }) { return person }
        let named = people.filter { $0.name.lowercased() == text.lowercased() }
        guard named.count < 2 else {
            throw UsageError("there are \(named.count) people called \(text); give one id: \(named.map(\.id.rawValue).joined(separator: ", "))")
        }
        guard let person = named.first else { throw Missing("person", text, of: self) }
        return person
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
}

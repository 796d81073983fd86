import Conversations
import Framing
import Protocols
import Sessions
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

/// A person, or a voice that has no person yet.
enum Speaker {
    case person(Person)
    case voice(Voice)

    var name: String {
        switch self {
        case .person(let person): person.name
        case .voice(let voice): SpeakerNames.label(of: voice)
        }
    }
}

extension StoreAccess {
    /// Minimum length of the beginning of an id.
    private static let shortestBeginning = 4

    /// Finds a person by name, ignoring case, or by id.
    func person(_ text: String, in store: any ConversationStores) async throws -> Person {
        guard case .person(let person) = try await speaker(text, in: store) else {
            throw UsageError("\(text) is a voice without a name; name it first: harken people name \"\(text)\" NAME")
        }
        return person
    }

    /// Finds a person by name, a voice without a name by its label (`Speaker 1`), or either by id or the beginning of the id.
    func speaker(_ text: String, in store: any ConversationStores) async throws -> Speaker {
        let people = try await store.people(of: user)
        let voices = try await store.voices(of: user).filter { $0.owner == .nobody }
        if let person = people.first(where: { $0.id.rawValue == text }) { return .person(person) }
        if let voice = voices.first(where: { $0.id.rawValue == text }) { return .voice(voice) }
        let wanted = text.lowercased()
        var found = people.filter { $0.name.lowercased() == wanted }.map { (Speaker.person($0), $0.id.rawValue) }
        if found.isEmpty {
            found = voices.filter { SpeakerNames.label(of: $0).lowercased() == wanted }.map { (.voice($0), $0.id.rawValue) }
        }
        if found.isEmpty, text.count >= Self.shortestBeginning {
            found = people.filter { $0.id.rawValue.hasPrefix(wanted) }.map { (.person($0), $0.id.rawValue) }
            found += voices.filter { $0.id.rawValue.hasPrefix(wanted) }.map { (.voice($0), $0.id.rawValue) }
        }
        guard found.count < 2 else {
            throw UsageError("\(text) means \(found.count) of the people and voices; give one id: \(found.map(\.1).joined(separator: ", "))")
        }
        guard let speaker = found.first?.0 else { throw Missing("person or voice", text, of: self) }
        return speaker
    }

    /// Gives a voice to the person with this name. The person is added if they do not exist.
    func name(_ voice: Voice, _ name: String, in store: any ConversationStores) async throws -> Person {
        let person = try await store.add(Person(id: ID(RandomUUID.text()), name: name, created: .now), reusing: true, of: user)
        guard try await store.setOwner(.person(person.id), of: voice.id, of: user) else { throw Missing("voice", voice.id.rawValue, of: self) }
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

    /// Reports a change of a voice: as a JSON object, or in one line.
    func tell(_ voice: Voice, _ events: String, json: Bool) {
        guard json else {
            note("\(SpeakerNames.label(of: voice)) (\(voice.id)) \(events)")
            return
        }
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("id", voice.id.rawValue)
        writer.member("label", SpeakerNames.label(of: voice))
        writer.endObject()
        output.writeLine(writer.text)
    }
}

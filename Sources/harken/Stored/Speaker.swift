import Conversations
import Speech

/// A person, or a voice that has no person yet.
enum Speaker {
    case person(Person)
    case voice(KnownVoice)

    var name: String {
        switch self {
        case .person(let person): person.name
        case .voice(let voice): voice.label
        }
    }
}

extension UserData {
    /// Finds a person by name, as `NameKey` compares names, or by id.
    func person(_ text: String) async throws -> Person {
        guard case .person(let person) = try await speaker(text) else {
            throw UsageError("\(text) is a voice without a name; name it first: harken people name \"\(text)\" NAME")
        }
        return person
    }

    /// Finds a person by name, a voice without a name by its label (`Speaker 1`), or either by id or the beginning of the id.
    func speaker(_ text: String) async throws -> Speaker {
        // A shorter text is not the beginning of an id.
        let shortestBeginning = 4
        let people = try await people()
        let voices = try await voices().filter { $0.owner == .nobody }
        if let person = people.first(where: { $0.id.rawValue == text }) { return .person(person) }
        if let voice = voices.first(where: { $0.id.rawValue == text }) { return .voice(voice) }
        let wanted = text.lowercased(), name = NameKey(text)
        var found = people.filter { NameKey($0.name) == name }.map { (Speaker.person($0), $0.id.rawValue) }
        guard found.count < 2 else {
            throw UsageError(
                "\(text) is the name of \(found.count) people: \(found.map(\.1).abridged()); give an id, or make two of them one: "
                    + "harken people merge \(found[1].1) \(found[0].1)")
        }
        if found.isEmpty {
            found = voices.filter { $0.label.lowercased() == wanted }.map { (.voice($0), $0.id.rawValue) }
        }
        if found.isEmpty, text.count >= shortestBeginning {
            found = people.filter { $0.id.rawValue.hasPrefix(wanted) }.map { (.person($0), $0.id.rawValue) }
            found += voices.filter { $0.id.rawValue.hasPrefix(wanted) }.map { (.voice($0), $0.id.rawValue) }
        }
        guard found.count < 2 else {
            throw UsageError("\(text) means \(found.count) of the people and voices; give one id: \(found.map(\.1).abridged())")
        }
        guard let speaker = found.first?.0 else { throw missing("person or voice", text) }
        return speaker
    }

    /// Gives a voice to the person with this name. The person is added if they do not exist.
    func name(_ voice: KnownVoice, _ name: String) async throws -> Person {
        let person = try await add(name, reusing: true).person
        guard try await give(voice.id, to: person.id) else { throw missing("voice", voice.id.rawValue) }
        return person
    }
}

import Conversations
import Speech
import Store

struct PeopleDelete: Command {
    static let description = CommandDescription(
        name: "people delete", summary: "Delete a person with their voices and samples. What the person said stays, without a name.",
        operands: .init(placeholder: "PERSON", help: "The person's name or id.", count: 1...1), options: StoreAccess.options)

    private let memories: StoreAccess
    private let person: String
    private let json: Bool

    init(_ arguments: Arguments) throws(UsageError) {
        memories = try StoreAccess(arguments)
        person = arguments.operands.joined()
        json = arguments.has(.json)
    }

    func run(_ surroundings: CommandContext) async -> ExitStatus {
        await attempt(surroundings) {
            let store = try memories.open()
            let person = try await memories.person(person, in: store)
            guard try await store.delete(person.id, of: memories.user) else { throw StoreAccess.Missing("person", person.id.rawValue, of: memories) }
            try await store.settle()
            surroundings.tell(person, "is forgotten", json: json)
        }
    }
}

import Conversations
import Speech
import Store

struct PeopleDelete: Command {
    static let description = CommandDescription(
        name: "people delete", summary: "Delete a person with their voices and samples. What the person said stays, without a name.",
        operands: .init(placeholder: "PERSON", help: "The person's name or id.", count: 1...1), options: StoreAccess.options)

    private let stores: StoreAccess
    private let person: String
    private let json: Bool

    init(_ arguments: Arguments) throws(UsageError) {
        stores = try StoreAccess(arguments)
        person = arguments.operands.joined()
        json = arguments.has(.json)
    }

    func run(_ context: CommandContext) async -> ExitStatus {
        await attempt(context) {
            let store = try stores.open()
            let person = try await stores.person(person, in: store)
            guard try await store.delete(person.id, of: stores.user) else { throw StoreAccess.Missing("person", person.id.rawValue, of: stores) }
            try await store.settle()
            context.tell(person, "is forgotten", json: json)
        }
    }
}

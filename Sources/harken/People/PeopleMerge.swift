import Conversations
import Speech
import Store

struct PeopleMerge: Command {
    static let description = CommandDescription(
        name: "people merge", summary: "Merge person A into person B.",
        operands: .init(placeholder: "PERSON INTO", help: "Names or ids: the person to remove, and the person to keep.", count: 2...2),
        options: StoreAccess.options)

    private let stores: StoreAccess
    private let people: [String]
    private let json: Bool

    init(_ arguments: Arguments) throws(UsageError) {
        guard arguments.operands.count == 2 else { throw UsageError("give two people: the one to remove, and the one to keep") }
        stores = try StoreAccess(arguments)
        people = arguments.operands
        json = arguments.has(.json)
    }

    func run(_ context: CommandContext) async -> ExitStatus {
        await attempt(context) {
            let store = try stores.open()
            let gone = try await stores.person(people[0], in: store), kept = try await stores.person(people[1], in: store)
            guard gone.id != kept.id else { throw UsageError("both names are the same person") }
            guard try await store.merge(gone.id, into: kept.id, of: stores.user) else {
                throw StoreAccess.Missing("person", gone.id.rawValue, of: stores)
            }
            context.tell(kept, "has all data of \(gone.name) now", json: json)
        }
    }
}

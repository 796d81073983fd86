import Conversations
import Speech
import Store

struct PeopleMerge: Command {
    static let description = CommandDescription(
        name: "people merge", summary: "Merge a person or a voice into another one.",
        operands: .init(placeholder: "PERSON INTO", help: "Names, labels or ids: the one to remove, and the one to keep.", count: 2...2),
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
            let store = try stores.needed()
            let gone = try await stores.speaker(people[0], in: store), kept = try await stores.speaker(people[1], in: store)
            let isDone: Bool
            switch (gone, kept) {
            case (.person(let gone), .person(let kept)):
                guard gone.id != kept.id else { throw UsageError("both names are the same person") }
                isDone = try await store.merge(gone.id, into: kept.id, of: stores.user)
            case (.voice(let voice), .person(let person)):
                isDone = try await store.setOwner(.person(person.id), of: voice.id, of: stores.user)
            case (.voice(let gone), .voice(let kept)):
                guard gone.id != kept.id else { throw UsageError("both names are the same voice") }
                isDone = try await store.merge(gone.id, into: kept.id, of: stores.user)
            case (.person(let person), .voice):
                throw UsageError(
                    "the second one has no name; to give the voice to \(person.name): harken people merge \"\(people[1])\" \"\(people[0])\"")
            }
            guard isDone else { throw StoreAccess.Missing("person or voice", people[0], of: stores) }
            switch kept {
            case .person(let kept): context.tell(kept, "has all data of \(gone.name) now", json: json)
            case .voice(let kept): context.tell(kept, "has all data of \(gone.name) now", json: json)
            }
        }
    }
}

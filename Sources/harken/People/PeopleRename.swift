import Conversations
import Protocols
import Speech
import Store

struct PeopleRename: Command {
    static let description = CommandDescription(
        name: "people rename", summary: "Rename a person or a voice, in past conversations too.",
        operands: .init(placeholder: "PERSON NAME", help: "The name, label or id of the person or voice, and the new name.", count: 2...2),
        options: StoreAccess.options)

    private let stores: StoreAccess
    private let person: String
    private let name: String
    private let json: Bool

    init(_ arguments: Arguments) throws(UsageError) {
        guard arguments.operands.count == 2 else { throw UsageError("give the person and the new name") }
        stores = try StoreAccess(arguments)
        person = arguments.operands[0]
        name = try PersonName.checked(arguments.operands[1])
        json = arguments.has(.json)
    }

    func run(_ context: CommandContext) async -> ExitStatus {
        await attempt(context) {
            let store = try stores.needed()
            switch try await stores.speaker(person, in: store) {
            case .person(var person):
                let before = person.name
                guard try await store.rename(person.id, to: name, of: stores.user) else {
                    throw StoreAccess.Missing("person", person.id.rawValue, of: stores)
                }
                person.name = name
                context.tell(person, "was \(before)", json: json)
            case .voice(let voice):
                context.tell(
                    try await stores.name(voice, name, in: store), "is the name of \(SpeakerNames.label(of: voice)) now", json: json)
            }
        }
    }
}

import Conversations
import Speech
import Store

struct PeopleDelete: Command {
    static let description = CommandDescription(
        name: "people delete", summary: "Delete a person with their voices and samples, or a voice. What was said stays, without a name.",
        operands: .init(placeholder: "PERSON", help: "The name, label or id of the person or voice.", count: 1...1), options: StoreAccess.options)

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
            let store = try stores.needed()
            let speaker = try await stores.speaker(person, in: store)
            let isDone =
                switch speaker {
                case .person(let person): try await store.delete(person.id, of: stores.user)
                case .voice(let voice): try await store.delete(voice.id, of: stores.user)
                }
            guard isDone else { throw StoreAccess.Missing("person or voice", person, of: stores) }
            try await store.settle()
            switch speaker {
            case .person(let person): context.tell(person, "is forgotten", json: json)
            case .voice(let voice): context.tell(voice, "is forgotten", json: json)
            }
        }
    }
}

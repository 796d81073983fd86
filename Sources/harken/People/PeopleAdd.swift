import Conversations
import Speech
import Store
import Sessions

struct PeopleAdd: Command {
    static let description = CommandDescription(
        name: "people add", summary: "Adds a person by name.",
        discussion: "One of the same name, in any case, is not added twice. Voices are given to people in conversations, or by the API.",
        operands: .init(placeholder: "NAME", help: "What the person is called.", count: 1...1), options: Memories.options)

    private let memories: Memories
    private let name: String
    private let json: Bool

    init(_ arguments: Arguments) throws(UsageError) {
        memories = try Memories(arguments)
        name = try PersonName.checked(arguments.operands.joined())
        json = arguments.has(.json)
    }

    func run(_ surroundings: Surroundings) async -> ExitStatus {
        await attempt(surroundings) {
            let new = Person(id: ID(RandomUUID.text()), name: name, created: .now)
            let person = try await memories.open().add(new, reusing: true, of: memories.user)
            surroundings.tell(person, person.id == new.id ? "is known now" : "was known already", json: json)
        }
    }
}

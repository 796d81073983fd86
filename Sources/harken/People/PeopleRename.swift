import Conversations
import Protocols
import Speech
import Store

struct PeopleRename: Command {
    static let description = CommandDescription(
        name: "people rename", summary: "Rename a person or a voice, in past conversations too.",
        operands: .init(placeholder: "PERSON NAME", help: "The name, label or id of the person or voice, and the new name.", count: 2...2),
        options: DataPlace.options)

    private let place: DataPlace
    private let person: String
    private let name: String
    private let json: Bool

    init(_ arguments: Arguments) throws(UsageError) {
        guard arguments.operands.count == 2 else { throw UsageError("give the person and the new name") }
        place = try DataPlace(arguments)
        person = arguments.operands[0]
        name = try PersonName.checked(arguments.operands[1])
        json = arguments.has(.json)
    }

    func run(_ context: CommandContext) async -> ExitStatus {
        await attempt(context) {
            let data = try place.needed()
            switch try await data.speaker(person) {
            case .person(var person):
                let before = person.name
                guard try await data.rename(person.id, to: name) else { throw data.missing("person", person.id.rawValue) }
                person.name = name
                context.tell(person, "was \(before)", json: json)
            case .voice(let voice):
                context.tell(
                    try await data.name(voice, name), "is the name of \(voice.label) now", json: json)
            }
        }
    }
}

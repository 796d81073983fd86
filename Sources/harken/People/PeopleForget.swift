import Conversations
import Speech
import Store

struct PeopleForget: Command {
    static let description = CommandDescription(
        name: "people forget", summary: "Delete a person with their voices and samples, or a voice. What was said stays, without a name.",
        discussion: """
            Name, voiceprints and recordings of the voice are gone from the disk when the command ends, or the command says what still holds them \
            up. The earlier name of this command, people delete, still works.
            """,
        operands: .init(placeholder: "PERSON", help: "The name, label or id of the person or voice.", count: 1...1),
        options: DataPlace.options + [Confirmation.yes])

    private let place: DataPlace
    private let person: String
    private let confirmation: Confirmation
    private let json: Bool

    init(_ arguments: Arguments) throws(UsageError) {
        place = try DataPlace(arguments)
        person = arguments.operands.joined()
        confirmation = Confirmation(arguments)
        json = arguments.has(.json)
    }

    func run(_ context: CommandContext) async -> ExitStatus {
        await attempt(context) {
            let data = try place.needed()
            let speaker = try await data.speaker(person)
            try confirmation.ask("Forget \(TerminalText.safe(speaker.name)) with the voices and samples? This cannot be undone.", context)
            let isDone =
                switch speaker {
                case .person(let person): try await data.delete(person.id)
                case .voice(let voice): try await data.delete(voice.id)
                }
            guard isDone else { throw data.missing("person or voice", person) }
            let end = try await ErasureWait(line: ProgressLine(in: context)).run { try await data.erasureState() }
            switch speaker {
            case .person(let person): context.tell(person, "is forgotten" + end.addition, json: json)
            case .voice(let voice): context.tell(voice, "is forgotten" + end.addition, json: json)
            }
            if json, end != .erased { context.note("forgotten" + end.addition) }
        }
    }
}

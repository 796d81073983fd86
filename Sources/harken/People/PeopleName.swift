import Conversations
import Protocols
import Speech
import Store

struct PeopleName: Command {
    static let description = CommandDescription(
        name: "people name", summary: "Give a voice a name, in past conversations too.",
        discussion: """
            VOICE is a voice without a name, as people list shows it: "Speaker 1", or its id. If a person with this NAME exists, the voice becomes \
            theirs. From then on Harken recognizes the person by the voice.
            """,
        operands: .init(placeholder: "VOICE NAME", help: "The voice's label or id, and the name.", count: 2...2), options: DataPlace.options)

    private let place: DataPlace
    private let voice: String
    private let name: String
    private let json: Bool

    init(_ arguments: Arguments) throws(UsageError) {
        place = try DataPlace(arguments)
        voice = arguments.operands[0]
        name = try PersonName.checked(arguments.operands[1])
        json = arguments.has(.json)
    }

    func run(_ context: CommandContext) async -> ExitStatus {
        await attempt(context) {
            let data = try place.needed()
            guard case .voice(let found) = try await data.speaker(voice) else {
                throw UsageError("\(voice) is a person; to change the name: harken people rename \"\(voice)\" \"\(name)\"")
            }
            context.tell(try await data.name(found, name), "is the name of \(found.label) now", json: json)
        }
    }
}

import Audio
import Conversations
import LocalEngine
import Sessions
import Speakers
import Speech
import Store

struct PeopleAdd: Command {
    static let description = CommandDescription(
        name: "people add", summary: "Add a person by name, with a sample of their voice.",
        discussion: """
            A name that exists, in upper or lower case, is not added twice: recordings are added to the person who has it, and a name alone is \
            refused. Each FILE is a recording of this person alone. From then on Harken recognizes the person by their voice, in live sessions \
            too. If a recording is not suitable, the command says why and stores nothing. With --url, the gateway learns the voice.
            """,
        operands: .init(placeholder: "NAME FILE…", help: "The person's name, and recordings of their voice.", count: 1...1_000),
        options: DataPlace.options)

    private let place: DataPlace
    private let name: String
    private let files: [String]
    private let json: Bool

    init(_ arguments: Arguments) throws(UsageError) {
        place = try DataPlace(arguments)
        name = try PersonName.checked(arguments.operands.first ?? "")
        files = Array(arguments.operands.dropFirst())
        json = arguments.has(.json)
    }

    func run(_ context: CommandContext) async -> ExitStatus {
        await attempt(context) {
            for file in files { if let problem = FileIdentity.problem(path: file, again: true) { throw UnsuitableRecording(file, problem) } }
            let data = try place.created()
            let (person, isNew) = files.isEmpty ? try await data.add(name, reusing: false) : try await data.enrol(name, files)
            context.tell(person, isNew ? "was added" : "existed already", json: json)
        }
    }
}

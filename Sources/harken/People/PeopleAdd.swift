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
            A name that exists, in upper or lower case, is not added twice. Each FILE is a recording of this person alone. From then on Harken \
            recognizes the person by their voice, in live sessions too. If a recording is not suitable, the command says why and stores nothing.
            """,
        operands: .init(placeholder: "NAME FILE…", help: "The person's name, and recordings of their voice.", count: 1...1_000),
        options: DataPlace.options)

    private let place: DataPlace
    private let name: String
    private let files: [String]
    private let json: Bool
    private let models: ModelFolder

    init(_ arguments: Arguments) throws(UsageError) {
        place = try DataPlace(arguments)
        name = try PersonName.checked(arguments.operands.first ?? "")
        files = Array(arguments.operands.dropFirst())
        json = arguments.has(.json)
        models = ModelFolder(environment: arguments.environment)
    }

    func run(_ context: CommandContext) async -> ExitStatus {
        await attempt(context) {
            guard files.isEmpty || !place.isGateway else {
                throw Unusable(
                    description: "a gateway takes no samples of a voice; run harken people add on its machine, with --data in place of --url")
            }
            let heard = try await listen()
            let data = try place.created()
            let (person, isNew) = try await data.add(name)
            for voice in heard { try await data.keep(voice, of: person.id) }
            context.tell(person, isNew ? "was added" : "existed already", json: json)
        }
    }

    private struct Unusable: Error, CustomStringConvertible {
        let description: String
    }

    private func listen() async throws -> [EnrolledVoice] {
        guard !files.isEmpty else { return [] }
        let ears = try RecordedVoice(models)
        var heard: [EnrolledVoice] = []
        for file in files {
            if let problem = FileIdentity.problem(path: file) { throw Unusable(description: "\(file): \(problem)") }
            do throws(EnrolledVoiceError) {
                heard.append(try await ears.enrol(Recording(path: file)))
            } catch {
                switch error {
                case .rejected(let error): throw Unusable(description: "\(file): \(error)")
                case .unavailable(let reason): throw Unusable(description: "\(file): \(reason)")
                }
            }
        }
        return heard
    }
}

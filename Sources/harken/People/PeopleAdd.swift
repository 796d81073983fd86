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
        options: StoreAccess.options)

    private let stores: StoreAccess
    private let name: String
    private let files: [String]
    private let json: Bool
    private let models: ModelFolder

    init(_ arguments: Arguments) throws(UsageError) {
        stores = try StoreAccess(arguments)
        name = try PersonName.checked(arguments.operands.first ?? "")
        files = Array(arguments.operands.dropFirst())
        json = arguments.has(.json)
        models = ModelFolder(environment: arguments.environment)
    }

    func run(_ context: CommandContext) async -> ExitStatus {
        await attempt(context) {
            let heard = try await listen()
            let store = try stores.open()
            let new = Person(id: ID(RandomUUID.text()), name: name, created: .now)
            let person = try await store.add(new, reusing: true, of: stores.user)
            for voice in heard { try await keep(voice, of: person.id, in: store) }
            context.tell(person, person.id == new.id ? "was added" : "existed already", json: json)
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

    /// Stores the voice. Merges it with a known voice of the person that sounds like it, because a person may have two voices.
    private func keep(_ voice: EnrolledVoice, of person: ID<Person>, in store: any ConversationStores) async throws(StoreError) {
        let known = VoiceDirectory(try await store.voices(of: stores.user).filter { $0.owner == .person(person) })
        if case .known(let match, _) = known.match(voice.voiceprint, evidence: .seconds(60)), let before = known[match.voice] {
            var evidence = VoiceEvidence(before.voiceprint, before.evidence)
            evidence.add(VoiceEvidence(voice.voiceprint, voice.duration))
            _ = try await store.setVoiceprint(evidence.voiceprint, evidence: evidence.duration, of: before.id, of: stores.user)
        } else {
            let new = NewVoice(
                id: ID(RandomUUID.text()), owner: .person(person), voiceprint: voice.voiceprint, evidence: voice.duration, created: .now)
            _ = try await store.add(new, of: stores.user)
        }
        let sample = SpeechSample(
            id: ID(RandomUUID.text()), owner: .person(person), duration: voice.duration, voiceprint: voice.voiceprint, created: .now)
        _ = try await store.add(sample, of: stores.user)
    }
}

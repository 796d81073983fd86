import Conversations
import Evaluation
import LocalEngine
import Speech
import Store

struct Replay: Command {
    private static let engine = Option(
        "--engine", "NAME", standard: EngineName.local.rawValue,
        accepts: "one of " + RecordingEngine.names.map(\.rawValue).joined(separator: ", "), "The engine to compare with the stored words."
    ) { text in RecordingEngine.names.first { $0.rawValue == text } }

    static let description = CommandDescription(
        name: "replay", summary: "Recognize a stored conversation with another engine, and show the differences. Changes nothing.",
        discussion: "The words are compared as docs/evaluation.md says, with the stored words as the reference.",
        operands: .init(placeholder: "CONVERSATION", help: "The conversation's id, as conversations list shows it.", count: 1...1),
        options: [engine] + StoreAccess.options)

    private let stores: StoreAccess
    private let name: String
    private let engine: RecordingEngine
    private let prices: PriceTable
    private let models: ModelFolder
    private let json: Bool

    init(_ arguments: Arguments) throws(UsageError) {
        stores = try StoreAccess(arguments)
        name = arguments.operands.joined()
        engine = try RecordingEngine(try arguments.value(Self.engine) ?? .local, environment: arguments.environment)
        prices = try OperatorSettings.prices(environment: arguments.environment)
        models = ModelFolder(environment: arguments.environment)
        json = arguments.has(.json)
    }

    private struct NoAudio: Error, CustomStringConvertible { let description: String }

    func run(_ context: CommandContext) async -> ExitStatus {
        guard let engine = engine.make(for: Self.description, context) else { return .failed }
        do {
            let data = stores.userData(in: try stores.needed(), models: models), id = try await data.id(name)
            guard let conversation = try await data.conversation(id) else { throw data.missing("conversation", id.rawValue) }
            let audio = try await data.store.audio(of: id, of: stores.user)
            guard !audio.isEmpty else { throw NoAudio(description: "conversation \(id) has no stored audio, so it cannot be recognized again") }
            let progress = ProgressLine(in: context)
            defer { progress.clear() }
            var answers: [(part: StoredAudio, answer: EngineAnswer)] = []
            for (number, part) in audio.enumerated() {
                progress.show("part \(number + 1) of \(audio.count)")
                let recognition = CaseRecognition(engine, asksForSpeakers: true, prices: prices)
                answers.append((part, try await recognition.answer(to: stores.audio(part), language: conversation.language)))
            }
            let report = ReplayReport(of: conversation, by: engine.name, answers)
            guard !report.hasFailed else { throw NoAudio(description: "\(engine.name) could not recognize the audio") }
            context.output.write(json ? report.json + "\n" : report.text)
            return .done
        } catch is CancellationError {
            return .interrupted
        } catch {
            context.printError(Self.description, "\(error)")
            return .failed
        }
    }
}

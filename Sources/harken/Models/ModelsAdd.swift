import Glibc
import LocalEngine

struct ModelsAdd: Command {
    static let description = CommandDescription(
        name: "models add", summary: "Add the local model for other languages than English.",
        discussion: """
            The folder has Whisper base in CTranslate2's format, as faster-whisper uses it, with weights in float16 or float32: model.bin, config.json and \
            vocabulary.json or vocabulary.txt. The model is converted. A gateway uses the model once it has started again. Needs Python 3.11.
            """,
        operands: .init(placeholder: "FOLDER", help: "The folder of the model.", count: 1...1), options: ModelPlace.options)

    private let place: ModelPlace
    private let source: String
    private let environment: [String: String]

    init(_ arguments: Arguments) throws(UsageError) {
        place = try ModelPlace(arguments)
        source = arguments.operands.joined()
        environment = arguments.environment
    }

    func run(_ context: CommandContext) async -> ExitStatus {
        await attempt(context) {
            for name in ["model.bin", "config.json"] where access(source + "/" + name, R_OK) != 0 {
                throw ModelError("\(source)/\(name) cannot be read; give the folder of a Whisper model in CTranslate2's format")
            }
            if let problem = place.folder.problem([.runtime]) { throw ModelError("\(problem); \(ModelFolder.remedy)") }
            let folder = try SetupScripts().write()
            defer { FileTree.delete(folder) }
            let outcome = try await SystemProgram.run(
                [ModelsFetch.python, "-B", folder + "/whisper.py", place.path, source], environment: environment,
                showsDiagnostics: context.verbosity != .quiet)
            try Task.checkCancellation()
            guard outcome.status == 0 else {
                throw ModelError("the model was not added: \(context.verbosity == .quiet ? outcome.reason : "the reason is above")")
            }
        }
    }
}

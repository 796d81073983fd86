import Glibc
import LocalEngine

struct ModelsAdd: Command {
    static let description = CommandDescription(
        name: "models add", summary: "Add the local model for other languages than English.",
        discussion: """
            The folder has Whisper base in CTranslate2's format, as faster-whisper uses it, with weights in float16 or float32: model.bin, config.json and \
            vocabulary.json or vocabulary.txt. The model is converted. A gateway uses the model once it has started again. Needs Python 3.11.
            """,
        operands: .init(placeholder: "FOLDER", help: "The folder of the model.", count: 1...1), options: ModelPlaceChoice.options)

    /// The files of a model that are read, each with its maximum number of bytes. Whisper base has 290 MB in float32.
    private static let files = [("model.bin", 1 << 30), ("config.json", 1 << 20), ("vocabulary.json", 1 << 24), ("vocabulary.txt", 1 << 24)]

    /// Rejects what is not a regular file, or too long to be part of a model. A file that is not there is not rejected here.
    private static func check(_ path: String, most: Int) throws(ModelError) {
        var information = stat()
        guard stat(path, &information) == 0 else { return }
        guard information.st_mode & S_IFMT == S_IFREG else { throw ModelError("\(path) is not a regular file") }
        guard Int(information.st_size) <= most else {
            throw ModelError("\(path) has \(information.st_size) bytes, which is more than the \(most) of the longest model")
        }
    }

    private let choice: ModelPlaceChoice
    private let source: String
    private let environment: [String: String]

    init(_ arguments: Arguments) throws(UsageError) {
        choice = try ModelPlaceChoice(arguments)
        source = arguments.operands.joined()
        environment = arguments.environment
    }

    func run(_ context: CommandContext) async -> ExitStatus {
        await attempt(context, in: choice) { place in
            for name in ["model.bin", "config.json"] where access(source + "/" + name, R_OK) != 0 {
                throw ModelError("\(source)/\(name) cannot be read; give the folder of a Whisper model in CTranslate2's format")
            }
            for (name, most) in Self.files { try Self.check(source + "/" + name, most: most) }
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

import Framing

struct ModelsVerify: Command {
    static let description = CommandDescription(
        name: "models verify", summary: "Compare the checksums of all local models.", discussion: "With --json: one object.",
        options: ModelPlaceChoice.options + [Flag.json])

    private let choice: ModelPlaceChoice
    private let json: Bool

    init(_ arguments: Arguments) throws(UsageError) {
        choice = try ModelPlaceChoice(arguments)
        json = arguments.has(.json)
    }

    func run(_ context: CommandContext) async -> ExitStatus {
        var problems: [String] = []
        let status = await attempt(context, in: choice) { place in
            let manifest = try place.manifest()
            problems = manifest.list.problems(in: place.path, readsAll: true)
            if json {
                var writer = JSONWriter()
                writer.beginObject()
                writer.member("path", place.path)
                writer.member("files", manifest.list.files.count)
                writer.key("problems")
                writer.array(problems)
                writer.endObject()
                context.output.writeLine(writer.text)
            } else if problems.isEmpty {
                context.note("all models in \(place.path) are as they should be")
            }
            for problem in problems { context.printError(Self.description, problem) }
            if !problems.isEmpty { throw ModelError(ModelError.remedy) }
        }
        return status
    }
}

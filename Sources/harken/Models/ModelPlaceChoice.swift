import LocalEngine

/// The options that decide the folder of models. The file of settings is read when the command runs: Ctrl-C ends the wait for a pipe only then.
struct ModelPlaceChoice {
    static let models = Option(
        "--models", "DIR", variable: "HARKEN_MODELS", "The folder of models. Default: the folder that harken serve uses, see harken config show.")

    static let options: [any OptionDescription] = [models, OperatorSettings.config]

    private let path: String?
    private let configFile: String?
    private let environment: [String: String]

    init(_ arguments: Arguments) throws(UsageError) {
        path = try arguments.value(Self.models)
        configFile = try path == nil ? arguments.value(OperatorSettings.config) : nil
        environment = arguments.environment
    }

    /// Finds the folder.
    func place() throws -> ModelPlace {
        if let path { return ModelPlace(folder: ModelFolder(path)) }
        let settings = try OperatorSettings.settings(file: configFile, environment: environment)
        return ModelPlace(folder: OperatorSettings.models(settings, environment: environment))
    }
}

extension Command {
    /// Runs `body` with the folder of models, and reports an error in one line. Settings that cannot be read are wrong usage.
    func attempt(_ context: CommandContext, in choice: ModelPlaceChoice, _ body: (ModelPlace) async throws -> Void) async -> ExitStatus {
        let place: ModelPlace
        do { place = try choice.place() } catch {
            context.printError(Self.description, "\(error)")
            return Task.isCancelled ? .interrupted : .wrongUsage
        }
        return await attempt(context) { try await body(place) }
    }
}

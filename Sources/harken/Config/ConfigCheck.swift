import Settings

struct ConfigCheck: Command {
    static let description = CommandDescription(
        name: "config check", summary: "Check the settings without starting the gateway.",
        discussion: """
            Checks FILE, or the file of --config, together with the environment. The exit status is 0 when harken serve accepts the settings, \
            otherwise 2. Environment variables that look like misspelt settings are named.
            """,
        operands: .init(placeholder: "[FILE]", help: "The file of settings.", count: 0...1), options: [OperatorSettings.config])

    private let configFile: String?
    private let environment: [String: String]

    init(_ arguments: Arguments) throws(UsageError) {
        let option = try arguments.value(OperatorSettings.config)
        if let file = arguments.operands.first, arguments.text(OperatorSettings.config) != nil {
            throw UsageError("\(file) and --config cannot go together; give one of them")
        }
        configFile = arguments.operands.first ?? option
        environment = arguments.environment
    }

    func run(_ context: CommandContext) async -> ExitStatus {
        do {
            let settings = try OperatorSettings.settings(file: configFile, environment: environment)
            _ = try OperatorSettings.configuration(settings, environment: environment)
            let misspelt = Settings.misspelt(in: environment)
            for (name, meant) in misspelt {
                context.printError(Self.description, "environment: unknown setting \(name); did you mean \(meant)?")
            }
            guard misspelt.isEmpty else { return .wrongUsage }
            context.note("the settings are valid")
            return .done
        } catch {
            context.printError(Self.description, "\(error)")
            return .wrongUsage
        }
    }
}

struct ConfigReference: Command {
    static let description = CommandDescription(
        name: "config reference", summary: "Print the description of every setting, as Markdown.")

    init(_ arguments: Arguments) throws(UsageError) {}

    func run(_ context: CommandContext) async -> ExitStatus {
        context.output.write(SettingsReference.markdown)
        return .done
    }
}

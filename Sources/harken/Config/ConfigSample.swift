struct ConfigSample: Command {
    static let description = CommandDescription(
        name: "config sample", summary: "Print a file of settings in which every setting is a comment.",
        discussion: "For a start: harken config sample > /etc/harken.conf, then harken serve --config /etc/harken.conf")

    init(_ arguments: Arguments) throws(UsageError) {}

    func run(_ context: CommandContext) async -> ExitStatus {
        context.output.write(SettingsReference.sample)
        return .done
    }
}

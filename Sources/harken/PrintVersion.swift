import Framing

/// The command `harken version`.
struct PrintVersion: Command {
    static let description = CommandDescription(
        name: "version", summary: "Print the version.", discussion: "harken --version and harken -V do the same.", options: [Flag.json])

    private let json: Bool

    init(_ arguments: Arguments) throws(UsageError) { json = arguments.has(.json) }

    func run(_ context: CommandContext) async -> ExitStatus {
        guard json else {
            context.output.writeLine("harken " + Version.current)
            return .done
        }
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("version", Version.current)
        writer.endObject()
        context.output.writeLine(writer.text)
        return .done
    }
}

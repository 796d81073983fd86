/// One command of the command line.
protocol Command: Sendable {
    static var description: CommandDescription { get }

    /// True if SIGINT is the normal end of the command: its exit status is then its own.
    static var isEndedByInterruption: Bool { get }

    /// True if the command reads SIGHUP from the context's `hangups`. SIGHUP ends other commands.
    static var takesHangups: Bool { get }

    /// Reads the command's options. Does no other work.
    init(_ arguments: Arguments) throws(UsageError)

    /// Does the work. The user's interruption cancels the task.
    func run(_ context: CommandContext) async -> ExitStatus
}

extension Command {
    static var isEndedByInterruption: Bool { false }
    static var takesHangups: Bool { false }
}

/// The environment of a command: variables, output streams and signals.
struct CommandContext: Sendable {
    var environment: [String: String]
    var output = StandardStream.output
    var diagnostics = StandardStream.error
    /// One element for each SIGHUP. Several signals that come at once may be one element.
    var hangups = AsyncStream<Void> { $0.finish() }

    /// Writes an error message in one line.
    func printError(_ command: CommandDescription, _ message: String) {
        diagnostics.writeLine("harken \(command.name): \(message)")
    }
}

/// One command of the command line.
protocol Command: Sendable {
    static var description: CommandDescription { get }

    /// Whether SIGINT is how it ends: its exit status is then its own.
    static var isEndedByInterruption: Bool { get }

    /// SIGHUP comes to this command as one of the `hangups` around it. Other commands end by SIGHUP.
    static var takesHangups: Bool { get }

    /// Reads its options; nothing is done yet.
    init(_ arguments: Arguments) throws(UsageError)

    /// Does the work. Cancelling its task means that the user interrupts it.
    func run(_ surroundings: CommandContext) async -> ExitStatus
}

extension Command {
    static var isEndedByInterruption: Bool { false }
    static var takesHangups: Bool { false }
}

/// What a command finds around it.
struct CommandContext: Sendable {
    var environment: [String: String]
    var output = StandardStream.output
    var diagnostics = StandardStream.error
    /// One element for each SIGHUP; several that come at once may be one.
    var hangups = AsyncStream<Void> { $0.finish() }

    /// Tells what went wrong, in one line.
    func complain(_ command: CommandDescription, _ message: String) {
        diagnostics.writeLine("harken \(command.name): \(message)")
    }
}

import Glibc

/// One command of the command line.
protocol Command: Sendable {
    static var description: CommandDescription { get }

    /// True if SIGINT is the normal end of the command: its exit status is then its own.
    var isEndedByInterruption: Bool { get }

    /// True if the command reads SIGHUP from the context's `hangups`. SIGHUP ends other commands.
    static var takesHangups: Bool { get }

    /// Reads the command's options. Does no other work.
    init(_ arguments: Arguments) throws(UsageError)

    /// Does the work. The user's interruption cancels the task.
    func run(_ context: CommandContext) async -> ExitStatus
}

extension Command {
    var isEndedByInterruption: Bool { false }
    static var takesHangups: Bool { false }
}

/// The amount of text that a command writes to standard error.
enum Verbosity: Sendable {
    /// Errors only.
    case quiet
    /// Errors, notes and progress.
    case normal
    /// Details of the work too.
    case verbose

    init(_ arguments: Arguments) {
        self = arguments.has(.quiet) ? .quiet : arguments.has(.verbose) ? .verbose : .normal
    }
}

/// The environment of a command: variables, output streams and signals.
struct CommandContext: Sendable {
    var environment: [String: String]
    var output = StandardStream.output
    var diagnostics = StandardStream.error
    /// The descriptor from which answers to questions are read.
    var input = STDIN_FILENO
    var verbosity = Verbosity.normal
    /// One element for each SIGHUP. Several signals that come at once may be one element.
    var hangups = AsyncStream<Void> { $0.finish() }

    /// Writes a line that is not an error, unless the user wants errors only. Names that the user or a server gave cannot begin another line.
    func note(_ line: String) {
        if verbosity != .quiet { diagnostics.writeLine(TerminalText.message(line)) }
    }

    /// Writes a line about the work, if the user wants to see such lines.
    func detail(_ line: @autoclosure () -> String) {
        if verbosity == .verbose { diagnostics.writeLine(TerminalText.message(line())) }
    }

    /// Writes an error message in one line. Names that the user or a server gave cannot begin another line.
    func printError(_ command: CommandDescription, _ message: String) {
        diagnostics.writeLine("harken \(command.name): \(TerminalText.message(message))")
    }

    /// Returns the exit status of a program that has ended with `status`: a program whose results could not be written has failed. It says so, unless the
    /// reader has left, as `head` does, which knows it.
    ///
    /// - Parameter program: the name for the message.
    func ended(_ status: ExitStatus, _ program: String) -> ExitStatus {
        guard let code = output.takeFailure() else { return status }
        if code != EPIPE { diagnostics.writeLine("\(program): \(OutputFileError("write", "standard output", code: code))") }
        return status == .done ? .failed : status
    }
}

import Audio
import Framing
import Glibc

/// The question that a command asks on a terminal before it destroys something. Programs and scripts, which have no terminal, are not asked.
struct Confirmation {
    static let yes = Flag("--yes", short: "-y", "Does not ask first. Without a terminal no command asks.")

    private let isGiven: Bool

    init(_ arguments: Arguments) { isGiven = arguments.has(Self.yes) }

    /// True if there is somebody to ask, and the command line does not answer.
    func isWanted(_ context: CommandContext) -> Bool { !isGiven && isatty(context.input) == 1 && context.diagnostics.isTerminal }

    /// Asks, and waits for the answer.
    ///
    /// - Parameter question: what is destroyed, and for how long it can be undone: `Forget Vera? This cannot be undone.`
    /// - Throws: `NotConfirmed` unless the answer is yes.
    func ask(_ question: String, _ context: CommandContext) throws(NotConfirmed) {
        guard isWanted(context) else { return }
        context.diagnostics.write(question + " [y/N] ")
        guard ["y", "yes"].contains(Self.answer(context)?.lowercased()) else { throw NotConfirmed() }
    }

    /// Returns the line that the user types; nil when the terminal ends, or when the user interrupts.
    private static func answer(_ context: CommandContext) -> String? {
        var line: [UInt8] = []
        while InterruptibleWait.untilReadable(context.input) {
            var byte: UInt8 = 0
            let count = read(context.input, &byte, 1)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            if byte == UInt8(ascii: "\n") { return String(decoding: line, as: UTF8.self).trimmingSurroundings }
            line.append(byte)
        }
        context.diagnostics.write("\n")
        return nil
    }
}

/// The answer to a `Confirmation` that is not yes.
struct NotConfirmed: Error, CustomStringConvertible {
    var description: String { "nothing was done; to go on, answer y, or give --yes" }
}

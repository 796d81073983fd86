/// The description of a command, for parsing and for help.
struct CommandDescription: Sendable {
    /// The words of a command line that are not options.
    struct Operands: Sendable {
        var placeholder: String
        var help: String
        var count: ClosedRange<Int>
        /// All valid words, for completion in a shell; empty when they cannot be listed.
        var words: [String] = []

        static let none = Operands(placeholder: "", help: "", count: 0...0)
    }

    /// The command's name as it is typed: `transcribe`, `keys create`.
    var name: String
    /// Summary in one line, for the list of commands.
    var summary: String
    /// Help text below the summary.
    var discussion = ""
    var operands = Operands.none
    var options: [any OptionDescription] = []
    /// Lines to type, of which each is right as it is.
    var examples: [String] = []

    /// The command's own options, and those of every command.
    var allOptions: [any OptionDescription] { options + [Flag.verbose, Flag.quiet, Flag.help] }
}

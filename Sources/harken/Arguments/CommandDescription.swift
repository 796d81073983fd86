/// What a command takes: all that parsing and help need to know.
struct CommandDescription: Sendable {
    /// What stands on the command line besides options.
    struct Operands: Sendable {
        var placeholder: String
        var help: String
        var count: ClosedRange<Int>

        static let none = Operands(placeholder: "", help: "", count: 0...0)
    }

    /// As it is typed: `transcribe`, `keys create`.
    var name: String
    /// One line for the list of commands.
    var summary: String
    /// What help says below the summary.
    var discussion = ""
    var operands = Operands.none
    var options: [any OptionDescription] = []

    var allOptions: [any OptionDescription] { options + [Flag.help] }
}

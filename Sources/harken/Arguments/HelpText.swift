/// The pages that `--help` shows.
enum HelpText {
    private static let width = 100
    private static let column = 30

    static func of(_ command: CommandDescription) -> String {
        var text = "Usage: harken \(command.name)"
        if !command.operands.placeholder.isEmpty { text += " " + command.operands.placeholder }
        if !command.options.isEmpty { text += " [OPTIONS]" }
        text += "\n\n" + wrap(command.summary, indent: 0) + "\n"
        for paragraph in command.discussion.split(separator: "\n") { text += "\n" + wrap(String(paragraph), indent: 0) + "\n" }
        if !command.operands.help.isEmpty {
            text += "\nOperands:\n" + row(command.operands.placeholder, command.operands.help)
        }
        text += "\nOptions:\n"
        for option in command.allOptions {
            let short = option.short.map { $0 + ", " } ?? "    "
            let name = short + option.name + (option.placeholder.map { " " + $0 } ?? "")
            text += row(name, option.fullHelp)
        }
        if !command.examples.isEmpty { text += "\nExamples:\n" + command.examples.map { "  \($0)\n" }.joined() }
        return text
    }

    static func ofProgram(_ commands: [CommandDescription]) -> String {
        var text = """
            Usage: harken COMMAND [OPTIONS]

            A speech-to-text gateway for your own machine: live and recorded speech, with local models or a vendor's.

            Commands:

            """
        for command in commands { text += row(command.name, command.summary) }
        text += """

            harken COMMAND --help explains a command.

            \(ExitStatus.explanation)

            """
        return text
    }

    static func ofGroup(_ group: String, _ commands: [CommandDescription]) -> String {
        var text = "Usage: harken \(group) COMMAND [OPTIONS]\n\nCommands:\n"
        for command in commands { text += row(command.name, command.summary) }
        return text + "\nharken \(group) COMMAND --help explains a command.\n"
    }

    private static func row(_ name: String, _ help: String) -> String {
        let start = "  " + name
        let body = wrap(help, indent: column)
        guard start.count < column else { return start + "\n" + body + "\n" }
        return start + body.dropFirst(start.count) + "\n"
    }

    private static func wrap(_ text: String, indent: Int) -> String {
        let margin = String(repeating: " ", count: indent)
        var lines: [String] = []
        var line = ""
        for word in text.split(separator: " ") {
            if !line.isEmpty, indent + line.count + 1 + word.count > width {
                lines.append(margin + line)
                line = ""
            }
            line += (line.isEmpty ? "" : " ") + word
        }
        lines.append(margin + line)
        return lines.joined(separator: "\n")
    }
}

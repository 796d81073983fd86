import Settings

/// A page of the manual, in the form of groff's `man` macros.
struct ManualPage {
    /// The file's name: `harken-serve.1`.
    let name: String
    let text: String

    /// Makes the page of a command.
    init(_ command: CommandDescription) {
        let title = "harken-" + command.name.replacing(" ", with: "-")
        var text = Self.head(title, section: 1, summary: command.summary)
        text += ".SH SYNOPSIS\n.B harken \(Self.escaped(command.name))\n"
        let operands = command.operands.placeholder
        if !operands.isEmpty { text += "\\fI\(Self.escaped(operands))\\fR\n" }
        text += "[\\fIOPTIONS\\fR]\n"
        text += Self.section("DESCRIPTION", [command.summary] + command.discussion.split(separator: "\n").map(String.init))
        if !command.operands.help.isEmpty {
            text += ".SH OPERANDS\n.TP\n\\fI\(Self.escaped(operands))\\fR\n\(Self.line(command.operands.help))\n"
        }
        text += ".SH OPTIONS\n"
        for option in command.allOptions {
            let names = [option.short, option.name].compactMap(\.self).map { "\\fB\(Self.escaped($0))\\fR" }.joined(separator: ", ")
            text += ".TP\n\(names)\(option.placeholder.map { " \\fI\(Self.escaped($0))\\fR" } ?? "")\n\(Self.line(option.fullHelp))\n"
        }
        if !command.examples.isEmpty { text += ".SH EXAMPLES\n.nf\n" + command.examples.map { Self.escaped($0) + "\n" }.joined() + ".fi\n" }
        text += Self.section("EXIT STATUS", [ExitStatus.explanation])
        text += ".SH SEE ALSO\n.BR harken (1),\n.BR harken.conf (5)\n"
        name = title + ".1"
        self.text = text
    }

    /// Makes the page of the program.
    init(_ commands: [CommandDescription]) {
        var text = Self.head("harken", section: 1, summary: "A speech-to-text gateway for your own machine.")
        text += ".SH SYNOPSIS\n.B harken\n\\fICOMMAND\\fR [\\fIOPTIONS\\fR]\n"
        text += Self.section(
            "DESCRIPTION",
            [
                "Harken transcribes live and recorded speech, with local models or a vendor's. Existing clients of speech services work with it when "
                    + "they are given its address.",
                "harken COMMAND --help explains a command.",
            ])
        text += ".SH COMMANDS\n"
        for command in commands { text += ".TP\n\\fB\(Self.escaped(command.name))\\fR\n\(Self.line(command.summary))\n" }
        text += Self.section("EXIT STATUS", [ExitStatus.explanation])
        text += ".SH SEE ALSO\n"
        let pages = commands.map { "harken-" + $0.name.replacing(" ", with: "-") + " (1)" } + ["harken.conf (5)"]
        text += pages.map { ".BR \(Self.escaped($0))" }.joined(separator: ",\n") + "\n"
        name = "harken.1"
        self.text = text
    }

    /// Makes the page of the file of settings.
    init(_ settings: [(SettingDescription.Group, [SettingDescription])]) {
        var text = Self.head("harken.conf", section: 5, summary: "Settings of the gateway.")
        text += Self.section(
            "DESCRIPTION",
            [
                "harken serve --config FILE reads lines NAME=value. Lines that begin with # are comments. A line may begin with export, and a value may "
                    + "be in quotes, as in a shell. Variables of the environment override the file, and options override both."
            ])
        for (group, settings) in settings {
            text += ".SH \(Self.escaped(group.rawValue.uppercased()))\n"
            for setting in settings {
                let standard = setting.standard.map { " Default: \($0)." } ?? ""
                text += ".TP\n\\fB\(Self.escaped(setting.name))\\fR\n\(Self.line(setting.plainMeaning + standard))\n"
            }
        }
        text += ".SH SEE ALSO\n.BR harken\\-serve (1),\n.BR harken\\-config\\-check (1)\n"
        name = "harken.conf.5"
        self.text = text
    }

    private static func head(_ title: String, section: Int, summary: String) -> String {
        // A summary is a sentence; the list of pages has no full stops.
        let summary = summary.hasSuffix(".") ? String(summary.dropLast()) : summary
        return """
            .TH \(escaped(title.uppercased())) \(section) "" "Harken \(Version.current)" "Harken"
            .nh
            .SH NAME
            \(escaped(title)) \\- \(escaped(summary))

            """
    }

    private static func section(_ heading: String, _ paragraphs: [String]) -> String {
        ".SH \(heading)\n" + paragraphs.map { line($0) + "\n" }.joined(separator: ".PP\n")
    }

    /// Returns a paragraph that groff does not take for a request.
    private static func line(_ text: String) -> String {
        let text = escaped(text)
        return text.hasPrefix(".") || text.hasPrefix("'") ? "\\&" + text : text
    }

    /// Returns the text for groff, which reads ASCII.
    private static func escaped(_ text: String) -> String {
        text.unicodeScalars.map { scalar in
            switch scalar {
            case "\\": "\\e"
            case "-": "\\-"
            case _ where scalar.isASCII: String(scalar)
            case _:
                // groff wants four digits or more.
                "\\[u" + String(repeating: "0", count: max(0, 4 - String(scalar.value, radix: 16).count))
                    + String(scalar.value, radix: 16, uppercase: true) + "]"
            }
        }.joined()
    }
}

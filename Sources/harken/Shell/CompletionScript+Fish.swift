extension CompletionScript {
    var fish: String {
        var text = """
            # Completion of harken for fish. Made by: harken completion fish
            complete -c harken -f

            """
        for word in firstWords {
            let summary = commands.first { $0.name == word }?.summary ?? (word == "help" ? "Explain a command." : "Commands about \(word).")
            text += "complete -c harken -n __fish_use_subcommand -a \(word) -d \(Self.fishQuoted(summary))\n"
        }
        for group in groups {
            for member in group.members {
                let summary = commands.first { $0.name == group.name + " " + member }?.summary ?? ""
                let condition =
                    "__fish_seen_subcommand_from \(group.name); and not __fish_seen_subcommand_from \(group.members.joined(separator: " "))"
                text += "complete -c harken -n \(Self.fishQuoted(condition)) -a \(member) -d \(Self.fishQuoted(summary))\n"
            }
        }
        for command in commands {
            let words = command.name.split(separator: " ")
            let condition = Self.fishQuoted(words.map { "__fish_seen_subcommand_from \($0)" }.joined(separator: "; and "))
            for option in command.allOptions {
                text += "complete -c harken -n \(condition) -l \(option.name.dropFirst(2))"
                if let short = option.short { text += " -s \(short.dropFirst())" }
                if let placeholder = option.placeholder { text += " -x" + Self.action(Expected(placeholder: placeholder, words: option.words)) }
                text += " -d \(Self.fishQuoted(option.help))\n"
            }
            let operands = Self.action(Expected(placeholder: command.operands.placeholder, words: command.operands.words))
            if !operands.isEmpty { text += "complete -c harken -n \(condition)\(operands)\n" }
        }
        return text
    }

    private static func fishQuoted(_ text: String) -> String { quoted(text.replacing("\\", with: "\\\\"), escaping: #"\'"#) }

    private static func action(_ expected: Expected) -> String {
        switch expected {
        case .files: " -a '(__fish_complete_path)'"
        case .directories: " -a '(__fish_complete_directories)'"
        case .words(let words): " -a '\(words.joined(separator: " "))'"
        case .anything: ""
        }
    }
}

extension CompletionScript {
    var zsh: String {
        var text = """
            #compdef harken
            # Completion of harken for zsh. Made by: harken completion zsh
            _harken() {
                local -a commands
                if (( CURRENT == 2 )); then
                    commands=(

            """
        for word in firstWords {
            let summary = commands.first { $0.name == word }?.summary ?? (word == "help" ? "Explain a command." : "Commands about \(word).")
            text += "            \(Self.entry(word, summary))\n"
        }
        text += """
                    )
                    _describe command commands
                    return
                fi
                local command=$words[2]
                integer depth=1
                case $command in

            """
        for group in groups {
            text += "    \(group.name))\n        if (( CURRENT == 3 )); then\n            commands=(\n"
            for member in group.members {
                let summary = commands.first { $0.name == group.name + " " + member }?.summary ?? ""
                text += "                \(Self.entry(member, summary))\n"
            }
            text += "            )\n            _describe command commands\n            return\n        fi\n"
            text += "        command=\"$command $words[3]\"; depth=2 ;;\n"
        }
        text += """
                esac
                shift $depth words
                (( CURRENT -= depth ))
                case $command in

            """
        for command in commands {
            text += "    \(Self.quoted(command.name)))\n        _arguments -s"
            for option in command.allOptions {
                let action = option.placeholder.map { ":\($0):" + Self.action(Expected(placeholder: $0, words: option.words)) } ?? ""
                let help = Self.bracketed(option.help)
                for name in [option.name, option.short].compactMap(\.self) {
                    text += " \\\n            \(Self.quoted("*\(name)\(help)\(action)"))"
                }
            }
            let operands = Expected(placeholder: command.operands.placeholder, words: command.operands.words)
            if operands != .anything { text += " \\\n            \(Self.quoted("*:\(command.operands.placeholder):" + Self.action(operands)))" }
            text += " ;;\n"
        }
        return text + """
                esac
            }
            _harken "$@"

            """
    }

    private static func entry(_ word: String, _ summary: String) -> String {
        quoted(word + ":" + summary.replacing(":", with: "\\:"))
    }

    private static func bracketed(_ help: String) -> String {
        "[" + help.replacing("\\", with: "").replacing("[", with: "\\[").replacing("]", with: "\\]").replacing(":", with: "\\:") + "]"
    }

    private static func action(_ expected: Expected) -> String {
        switch expected {
        case .files: "_files"
        case .directories: "_files -/"
        case .words(let words): "(\(words.joined(separator: " ")))"
        case .anything: " "
        }
    }
}

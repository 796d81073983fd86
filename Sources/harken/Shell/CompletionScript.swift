/// The scripts that complete command lines in shells, made from the descriptions of the commands.
struct CompletionScript {
    enum Shell: String, CaseIterable, Sendable { case bash, zsh, fish }

    /// The kind of word that may come next on a command line.
    enum Expected: Equatable {
        case files, directories
        case words([String])
        case anything

        init(placeholder: String, words: [String]) {
            self =
                if !words.isEmpty {
                    .words(words)
                } else if placeholder.contains("FILE") {
                    .files
                } else if placeholder == "DIR" {
                    .directories
                } else {
                    .anything
                }
        }
    }

    let commands: [CommandDescription]
    /// The first words of command lines.
    let firstWords: [String]
    /// The first words of commands with two words, and the second words.
    let groups: [(name: String, members: [String])]

    init(_ commands: [CommandDescription]) {
        self.commands = commands
        var groups: [(name: String, members: [String])] = []
        var firstWords: [String] = []
        for command in commands {
            let words = command.name.split(separator: " ").map(String.init)
            if !firstWords.contains(words[0]) { firstWords.append(words[0]) }
            guard words.count == 2 else { continue }
            if groups.last?.name == words[0] {
                groups[groups.count - 1].members.append(words[1])
            } else {
                groups.append((words[0], [words[1]]))
            }
        }
        self.groups = groups
        self.firstWords = firstWords + ["help"]
    }

    func text(for shell: Shell) -> String {
        switch shell {
        case .bash: bash
        case .zsh: zsh
        case .fish: fish
        }
    }

    /// Returns a text in single quotes, for every one of the shells.
    static func quoted(_ text: String, escaping quote: String = #"'\''"#) -> String {
        "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: quote) + "'"
    }
}

extension CompletionScript {
    private var bash: String {
        var text = """
            # Completion of harken for bash. Made by: harken completion bash
            _harken() {
                local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]} command=${COMP_WORDS[1]} at=2 options= operands=
                COMPREPLY=()
                if [ "$COMP_CWORD" -eq 1 ]; then
                    COMPREPLY=($(compgen -W '\((firstWords + ["--help", "--version"]).joined(separator: " "))' -- "$current"))
                    return
                fi
                case $command in

            """
        for group in groups {
            text += """
                        \(group.name))
                            if [ "$COMP_CWORD" -eq 2 ]; then
                                COMPREPLY=($(compgen -W '\((group.members + ["--help"]).joined(separator: " "))' -- "$current"))
                                return
                            fi
                            command="$command ${COMP_WORDS[2]}" ;;

                """
        }
        text += """
                help)
                    COMPREPLY=($(compgen -W '\(firstWords.joined(separator: " "))' -- "$current"))
                    return ;;
                esac
                case $command in

            """
        for command in commands {
            text += "    \(Self.quoted(command.name)))\n        case $previous in\n"
            for option in command.allOptions {
                guard let placeholder = option.placeholder else { continue }
                let names = [option.name, option.short].compactMap(\.self).joined(separator: "|")
                let expected = Expected(placeholder: placeholder, words: option.words)
                text += "        \(names)) \(Self.bashReply(expected))return ;;\n"
            }
            text += "        esac\n        options=\(Self.quoted(command.allOptions.map(\.name).joined(separator: " ")))\n"
            let operands = Expected(placeholder: command.operands.placeholder, words: command.operands.words)
            if operands != .anything {
                text += "        case $current in -*) ;; *) \(Self.bashReply(operands))return ;; esac\n"
            }
            text += "        ;;\n"
        }
        return text + """
                esac
                COMPREPLY=($(compgen -W "$options" -- "$current"))
            }
            complete -o filenames -F _harken harken

            """
    }

    private static func bashReply(_ expected: Expected) -> String {
        switch expected {
        case .files: "mapfile -t COMPREPLY < <(compgen -f -- \"$current\"); "
        case .directories: "mapfile -t COMPREPLY < <(compgen -d -- \"$current\"); "
        case .words(let words): "COMPREPLY=($(compgen -W '\(words.joined(separator: " "))' -- \"$current\")); "
        case .anything: ""
        }
    }
}

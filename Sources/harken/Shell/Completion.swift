struct Completion: Command {
    static let description = CommandDescription(
        name: "completion", summary: "Print the completion of commands, options and files for a shell.",
        discussion: """
            bash: harken completion bash > ~/.local/share/bash-completion/completions/harken
            zsh: harken completion zsh > DIR/_harken, where DIR is a directory of $fpath
            fish: harken completion fish > ~/.config/fish/completions/harken.fish
            """,
        operands: .init(
            placeholder: "SHELL", help: "The shell: bash, zsh or fish.", count: 1...1, words: CompletionScript.Shell.allCases.map(\.rawValue)))

    private let shell: CompletionScript.Shell

    init(_ arguments: Arguments) throws(UsageError) {
        let name = arguments.operands.joined()
        guard let shell = CompletionScript.Shell(rawValue: name) else {
            throw UsageError("there is no completion for \(name): give bash, zsh or fish")
        }
        self.shell = shell
    }

    func run(_ context: CommandContext) async -> ExitStatus {
        context.output.write(CompletionScript(CommandTable.all.map { $0.description }).text(for: shell))
        return .done
    }
}

import Foundation
import HarkenTesting
import Testing

@testable import harken

@Suite struct `Completion scripts` {
    private let script = CompletionScript(CommandTable.all.map { $0.description })

    /// Asks bash what it would offer for the last of these words.
    private func bash(_ words: [String]) async throws -> [String] {
        let folder = TemporaryFolder()
        let path = try folder.write(script.text(for: .bash).utf8, as: "harken")
        let list = words.map { "'\($0)'" }.joined(separator: " ")
        let program = """
            . '\(path)'; COMP_WORDS=(harken \(list)); COMP_CWORD=\(words.count); _harken; printf '%s\\n' "${COMPREPLY[@]}"
            """
        let outcome = try ChildProcess.run(["bash", "-u", "-c", program])
        #expect(outcome.diagnostics == "")
        return outcome.output.split(separator: "\n").map(String.init)
    }

    @Test(arguments: [
        (["tr"], ["transcribe"]), (["keys", "r"], ["revoke"]), (["keys", "create", "--exp"], ["--expires"]),
        (["transcribe", "--format", "s"], ["srt"]), (["transcribe", "--format", ""], ["text", "json", "srt", "vtt"]),
        (["serve", "--log", "w"], ["warning"]), (["keys", "create", "--name", ""], []), (["completion", "f"], ["fish"]),
        (["help", "tra"], ["transcribe"]),
    ])
    func `offer commands, options and values in bash`(words: [String], offered: [String]) async throws {
        #expect(try await bash(words) == offered)
    }

    @Test func `offer files and folders in bash`() async throws {
        let folder = TemporaryFolder()
        let file = try folder.write("".utf8, as: "talk one.wav")
        #expect(try await bash(["transcribe", folder.path + "/ta"]) == [file])
        #expect(try await bash(["serve", "--data", folder.path + "/ta"]) == [])
    }

    @Test(arguments: CompletionScript.Shell.allCases)
    func `name every command and every option`(shell: CompletionScript.Shell) {
        let text = script.text(for: shell)
        for command in CommandTable.all.map({ $0.description }) {
            #expect(command.name.split(separator: " ").allSatisfy { text.contains($0) })
            for option in command.allOptions { #expect(text.contains(option.name.dropFirst(2))) }
        }
    }

    @Test func `quote apostrophes`() {
        #expect(CompletionScript.quoted("the engine's") == #"'the engine'\''s'"#)
        #expect(script.text(for: .fish).contains(#"gateway\'s address"#))
    }

    @Test(arguments: [(["dash"], "there is no completion for dash: give bash, zsh or fish"), ([], "SHELL is missing")])
    func `are not made for other shells`(words: [String], message: String) {
        #expect(throws: UsageError(message)) { try Completion(Arguments(words, for: Completion.description, environment: [:])) }
    }
}

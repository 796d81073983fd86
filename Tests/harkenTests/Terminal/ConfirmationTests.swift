import Foundation
import Glibc
import HarkenTesting
import Testing

@testable import harken

@Suite(.hangLimit) struct `A question before something is destroyed` {
    private static let command = CommandDescription(name: "burn", summary: "Burns.", options: [harken.Confirmation.yes])

    private func confirmation(_ words: String...) throws -> harken.Confirmation {
        harken.Confirmation(try Arguments(words, for: Self.command, environment: [:]))
    }

    private func context(_ terminal: TestTerminal) -> CommandContext {
        CommandContext(environment: [:], diagnostics: StandardStream(descriptor: terminal.line), input: terminal.line)
    }

    @Test(arguments: [("y\n", true), ("YES\n", true), (" y \n", true), ("\n", false), ("n\n", false), ("yesterday\n", false), ("\u{4}", false)])
    func `is answered on a terminal`(typed: String, isYes: Bool) throws {
        let terminal = try TestTerminal()
        terminal.type(typed)
        let confirmation = try confirmation()
        #expect(confirmation.isWanted(context(terminal)))
        if isYes {
            try confirmation.ask("Burn it?", context(terminal))
        } else {
            #expect(throws: NotConfirmed.self) { try confirmation.ask("Burn it?", context(terminal)) }
        }
    }

    @Test(arguments: ["--yes", "-y"]) func `is not asked when the command line has the answer`(flag: String) throws {
        let terminal = try TestTerminal()
        #expect(try !confirmation(flag).isWanted(context(terminal)))
        try confirmation(flag).ask("Burn it?", context(terminal))
    }

    @Test func `is not asked without a terminal`() throws {
        let folder = TemporaryFolder(), written = try WrittenContext(in: folder)
        var context = written.context
        context.input = open("/dev/null", O_RDONLY)
        defer { close(context.input) }
        try confirmation().ask("Burn it?", context)
        #expect(try written.diagnostics() == "")
    }

    @Test func `ends with an interruption`() async throws {
        let terminal = try TestTerminal(), confirmation = try confirmation(), context = context(terminal)
        let question = Task { try confirmation.ask("Burn it?", context) }
        question.cancel()
        await #expect(throws: NotConfirmed.self) { try await question.value }
    }

    @Test func `stands before every command that destroys`() {
        let destroying = [
            "conversations delete", "people forget", "people merge", "users delete", "keys revoke", "models remove", "webhooks remove",
        ]
        let asking = CommandTable.all.map { $0.description }.filter { command in command.options.contains { $0.name == harken.Confirmation.yes.name }
        }
        #expect(Set(asking.map(\.name)) == Set(destroying))
        // Whoever adds a command with such a name decides about it here.
        let words = ["delete", "forget", "remove", "revoke", "merge"]
        let named = CommandTable.all.map { $0.description.name }.filter { name in words.contains { name.hasSuffix(" " + $0) } }
        #expect(Set(named) == Set(destroying))
    }
}

import Testing

@testable import harken

@Suite struct `Help` {
    @Test func `of a command says everything there is to say`() {
        let speed = Option("--speed", "N", standard: "1", variable: "SPEED", accepts: "a number", "How fast.") { Double($0) }
        let file = Option("--output", short: "-o", "FILE", "Where the results go, in words enough to fill the line up to its end and a bit more.")
        let long = Flag("--an-option-with-a-long-name", "Stands alone.")
        let command = CommandDescription(
            name: "play", summary: "Plays.", discussion: "First.\nSecond.",
            operands: .init(placeholder: "FILE", help: "What to play.", count: 1...1), options: [speed, file, long])
        #expect(
            HelpText.of(command) == """
                Usage: harken play FILE [OPTIONS]

                Plays.

                First.

                Second.

                Operands:
                  FILE                        What to play.

                Options:
                      --speed N               How fast. Default: 1. Variable: SPEED.
                  -o, --output FILE           Where the results go, in words enough to fill the line up to its end
                                              and a bit more.
                      --an-option-with-a-long-name
                                              Stands alone.
                  -v, --verbose               Also tells on standard error what the command does.
                  -q, --quiet                 Writes only errors to standard error.
                  -h, --help                  Shows this help.

                """)
    }

    @Test(arguments: CommandTable.all.map { $0.description.name })
    func `is there for every command, explains every option, and fits a page`(name: String) throws {
        let words = name.split(separator: " ").map(String.init)
        for request in [words + ["--help"], ["help"] + words] {
            guard case .help(let text) = CommandTable.request(request, environment: [:]) else {
                Issue.record("no help for \(request)")
                continue
            }
            let command = try #require(CommandTable.all.first { $0.description.name == name })
            for option in command.description.allOptions {
                #expect(text.contains(option.name))
                #expect(option.help.hasSuffix("."))
            }
            #expect(text.split(separator: "\n").allSatisfy { $0.count <= 100 })
        }
    }

    @Test(arguments: CommandTable.all.flatMap { $0.description.examples })
    func `has examples that are right, as the manual has them`(line: String) throws {
        let words = line.split(separator: " ").map { String($0).replacing("'", with: "") }
        guard words.first == "harken", case .run(let command, _) = CommandTable.request(Array(words.dropFirst()), environment: ["HOME": "/home/ann"])
        else {
            Issue.record("\(line) is no command line")
            return
        }
        let description = type(of: command).description
        #expect(HelpText.of(description).contains("\n  \(line)\n"))
        #expect(ManualPage(description).text.contains(".SH EXAMPLES\n.nf\n"))
    }

    @Test func `of the program names every command`() throws {
        for request in [["--help"], ["-h"], ["help"]] {
            guard case .help(let text) = CommandTable.request(request, environment: [:]) else {
                Issue.record("no help for \(request)")
                continue
            }
            for command in CommandTable.all { #expect(text.contains("\n  \(command.description.name) ")) }
        }
    }

    @Test(arguments: [
        (["kyes"], "harken: there is no command kyes; did you mean keys? (see: harken --help)"),
        (["listen", "talk.wav"], "harken: there is no command listen; did you mean live? (see: harken --help)"),
        (["ps"], "harken: there is no command ps; did you mean engines? (see: harken --help)"),
        (["serve", "--port", "9"], "harken serve: there is no option --port; did you mean --listen? (see: harken serve --help)"),
        (["live", "--port", "9"], "harken live: there is no option --port (see: harken live --help)"),
        (["keys", "purge"], "harken keys: there is no command purge (see: harken keys --help)"),
        (["keys", "revok", "x"], "harken keys: there is no command revok; did you mean revoke? (see: harken keys --help)"),
        (["keys", "revoke"], "harken keys revoke: ID is missing (see: harken keys revoke --help)"),
    ])
    func `is pointed to from a wrong line`(words: [String], line: String) {
        guard case .wrong(let text) = CommandTable.request(words, environment: ["HOME": "/home/ann"]) else {
            Issue.record("\(words) is taken as right")
            return
        }
        #expect(text == line)
    }
}

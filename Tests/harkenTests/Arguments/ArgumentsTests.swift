@testable import Settings
import Testing

@testable import harken

@Suite struct `Command line arguments` {
    enum Colour: String, CaseIterable { case red, green }

    static let size = Option("--size", short: "-s", "N", standard: "3", variable: "SIZE", accepts: "a whole number", "How many.") { Int($0) }
    static let color = Option("--colour", "COLOUR", standard: Colour.red, "Which.")
    static let name = Option("--name", "NAME", "Names.")
    static let command = CommandDescription(
        name: "paint", summary: "Paints.", operands: .init(placeholder: "FILE…", help: "What to paint.", count: 1...3),
        options: [size, color, name, Flag.json])

    func parse(_ words: String, environment: [String: String] = [:]) throws(UsageError) -> Arguments {
        try Arguments(words.split(separator: " ").map(String.init), for: Self.command, environment: environment)
    }

    @Test(arguments: ["a --size 5 b", "--size=5 a b", "-s 5 a b", "a -s=5 b", "--size 4 a b --size 5"])
    func `values may stand anywhere, the last one counts`(words: String) throws {
        let arguments = try parse(words)
        #expect(try arguments.value(Self.size) == 5)
        #expect(arguments.operands == ["a", "b"])
    }

    @Test func `the command line wins over the environment, which wins over the default`() throws {
        #expect(try parse("a").value(Self.size) == 3)
        #expect(try parse("a", environment: ["SIZE": "4"]).value(Self.size) == 4)
        #expect(try parse("a", environment: ["SIZE": ""]).value(Self.size) == 3)
        #expect(try parse("a --size 5", environment: ["SIZE": "4"]).value(Self.size) == 5)
    }

    @Test func `an option that may come several times keeps its order`() throws {
        #expect(try parse("a --name x --name=y=z").values(Self.name) == ["x", "y=z"])
        #expect(try parse("a").values(Self.name) == [])
        #expect(try parse("a").value(Self.name) == nil)
    }

    @Test func `the options can be said again, without some`() throws {
        let arguments = try parse("-v b --name x -s 5 a --json --name=y")
        #expect(arguments.options(except: []) == ["--json", "--name x", "--name y", "--size 5"])
        #expect(arguments.options(except: ["--name", "--json"]) == ["--size 5"])
        #expect(try parse("a b").options(except: []) == [])
    }

    @Test func `flags are there or not`() throws {
        #expect(try parse("a --json").has(.json))
        #expect(try !parse("a").has(.json))
    }

    @Test func `everything behind two dashes is an operand, and so is one dash`() throws {
        #expect(try parse("- -- --size -x").operands == ["-", "--size", "-x"])
    }

    @Test(arguments: ["--help", "-h", "a b c d --help", "--size x --help"])
    func `help is asked for whatever else is wrong`(words: String) throws {
        #expect(try parse(words).asksForHelp)
    }

    @Test(arguments: [
        ("", "FILE… is missing"), ("a b c d", "d is not expected: paint takes no further operand"),
        ("a --sise 3", "there is no option --sise; did you mean --size?"),
        ("a --size", "--size needs a value: --size N"), ("a --size --json", "--size needs a value: --size N"),
        ("a --json=1", "--json takes no value"), ("a -x", "there is no option -x"), ("a --clr red", "there is no option --clr"),
        ("a --col red", "there is no option --col; did you mean --colour?"), ("a --frobnicate", "there is no option --frobnicate"),
    ])
    func `a wrong line is answered with what is wrong`(words: String, message: String) {
        #expect(throws: UsageError(message)) { try parse(words) }
    }

    @Test func `a wrong value is answered with what is right, and where it came from`() throws {
        #expect(throws: UsageError("--size cannot be \"x\": it takes a whole number")) { try parse("a --size x").value(Self.size) }
        #expect(throws: UsageError("SIZE cannot be \"x\": it takes a whole number")) {
            try parse("a", environment: ["SIZE": "x"]).value(Self.size)
        }
        #expect(throws: UsageError("--colour cannot be \"blue\": it takes red or green")) { try parse("a --colour blue").value(Self.color) }
        #expect(throws: UsageError("--name cannot be \"\": it takes some text")) { try parse("a --name=").value(Self.name) }
    }

    @Test(arguments: [["a", "--size", "@"], ["a", "b", "c", "@"], ["--@"]])
    func `a wrong word is shown in one line, and a long one by its beginning`(words: [String]) throws {
        let word = "x\u{1B}[31m\ny" + String(repeating: "z", count: 5_000)
        let error = #expect(throws: UsageError.self) {
            _ = try Arguments(words.map { $0.replacing("@", with: word) }, for: Self.command, environment: [:]).value(Self.size)
        }
        let message = try #require(error).description
        #expect(message.contains("x [31m yzz") && message.contains("z…") && message.count < 400)
        #expect(!message.contains { $0 == "\u{1B}" || $0.isNewline })
    }

    @Test(arguments: [["@"], ["keys", "@"], ["transcribe", "--@"]])
    func `a wrong command line is answered in one line`(words: [String]) throws {
        let request = CommandTable.request(words.map { $0.replacing("@", with: "x\ny\u{7}") }, environment: [:])
        guard case .wrong(let message) = request else { return #expect(Bool(false), "\(words)") }
        #expect(message.contains("x y ") && !message.contains { $0 == "\u{7}" || $0.isNewline })
    }

    @Test(arguments: [("", "", 0), ("abc", "abc", 0), ("abc", "acb", 1), ("abc", "ab", 1), ("kitten", "sitting", 3), ("", "ab", 2)])
    func `distance counts letters to change`(a: String, b: String, distance: Int) {
        #expect(Suggestion.distance(a, b) == distance)
        #expect(Suggestion.distance(b, a) == distance)
    }
}

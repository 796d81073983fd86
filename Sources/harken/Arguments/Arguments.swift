import Framing
import Settings

/// A command line, parsed by the description of its command.
struct Arguments: Sendable {
    let command: CommandDescription
    /// The operands, in the order of the command line.
    let operands: [String]
    let asksForHelp: Bool
    /// Texts by the option's long name, in order. A flag has empty texts.
    private let given: [String: [String]]
    let environment: [String: String]

    /// - Parameter words: the words after the command's name.
    init(_ words: [String], for command: CommandDescription, environment: [String: String]) throws(UsageError) {
        var given: [String: [String]] = [:]
        var operands: [String] = []
        var rest = words[...]
        while let word = rest.popFirst() {
            if word == "--" {
                operands += rest
                break
            }
            guard word.hasPrefix("-"), word != "-" else {
                operands.append(word)
                continue
            }
            let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            let option = try Self.option(parts[0], of: command)
            switch (option.placeholder, parts.count) {
            case (nil, 1): given[option.name, default: []].append("")
            case (nil, _): throw UsageError("\(option.name) takes no value")
            case (let placeholder?, 1):
                guard let value = rest.popFirst(), !value.hasPrefix("--") else {
                    throw UsageError("\(option.name) needs a value: \(option.name) \(placeholder)")
                }
                given[option.name, default: []].append(value)
            case (_?, _): given[option.name, default: []].append(parts[1])
            }
        }
        self.command = command
        self.operands = operands
        self.given = given
        self.environment = environment
        asksForHelp = given[Flag.help.name] != nil
        guard !asksForHelp else { return }
        if has(.verbose), has(.quiet) { throw UsageError("--verbose and --quiet cannot go together; give one of them") }
        try Self.check(operands, for: command)
    }

    /// Options under the names that other tools have for them.
    private static let namesElsewhere = ["--port": "--listen", "--host": "--listen"]

    private static func option(_ name: String, of command: CommandDescription) throws(UsageError) -> any OptionDescription {
        if let option = command.allOptions.first(where: { $0.name == name || $0.short == name }) { return option }
        let known = command.allOptions.map(\.name)
        if let other = namesElsewhere[name], known.contains(other) { throw UsageError("there is no option \(name); did you mean \(other)?") }
        throw UsageError("there is no option \(TerminalText.word(name))" + Suggestion.text(for: name, among: known))
    }

    private static func check(_ operands: [String], for command: CommandDescription) throws(UsageError) {
        if operands.count < command.operands.count.lowerBound {
            throw UsageError("\(command.operands.placeholder) is missing")
        }
        if operands.count > command.operands.count.upperBound {
            let extra = TerminalText.word(operands[command.operands.count.upperBound])
            throw UsageError("\(extra) is not expected: \(command.name) takes no further operand")
        }
    }

    func has(_ flag: Flag) -> Bool { given[flag.name] != nil }

    /// Returns the last value on the command line, otherwise the environment's value, otherwise the default.
    func value<Value>(_ option: Option<Value>) throws(UsageError) -> Value? {
        if let text = given[option.name]?.last { return try Self.parse(text, option, as: option.name) }
        if let variable = option.variable, let text = environment[variable], !text.isEmpty {
            let core = text.trimmingSurroundings
            return try Self.parse(core.isEmpty ? text : core, option, as: variable)
        }
        return option.standard.flatMap(option.parse)
    }

    /// Returns all values on the command line.
    func values<Value>(_ option: Option<Value>) throws(UsageError) -> [Value] {
        var values: [Value] = []
        for text in given[option.name] ?? [] { values.append(try Self.parse(text, option, as: option.name)) }
        return values
    }

    /// Returns the options of the command line as they were given, in the order of their names, without those that change nothing but the messages.
    func options(except names: Set<String>) -> [String] {
        let left = names.union([Flag.verbose.name, Flag.quiet.name])
        return given.filter { !left.contains($0.key) }.sorted { $0.key < $1.key }.flatMap { name, texts in
            texts.map { $0.isEmpty ? name : name + " " + $0 }
        }
    }

    /// Returns the last text on the command line itself, without the environment or the default.
    func text<Value>(_ option: Option<Value>) -> String? { given[option.name]?.last }

    private static func parse<Value>(_ text: String, _ option: Option<Value>, as name: String) throws(UsageError) -> Value {
        if let value = option.parse(text) { return value }
        if let flaw = option.flaw?(text) { throw UsageError("\(name) \(flaw): it takes \(option.accepts)") }
        throw UsageError("\(name) cannot be \"\(TerminalText.word(text))\": it takes \(option.accepts)")
    }
}

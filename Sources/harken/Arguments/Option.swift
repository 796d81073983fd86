import Framing

/// The description of an option or a flag, for help.
protocol OptionDescription: Sendable {
    /// Long name with its dashes: `--format`.
    var name: String { get }
    /// Short name, one letter with its dash: `-o`; nil: none.
    var short: String? { get }
    /// Word that stands for the value in help: `FILE`; nil for a flag.
    var placeholder: String? { get }
    /// Help text, with the default if the default is not a literal.
    var help: String { get }
    /// The default, as it would be typed; nil: none.
    var standard: String? { get }
    /// Environment variable that gives the value when the option is absent; nil: none.
    var variable: String? { get }
    /// All valid values, for completion in a shell; empty when they cannot be listed.
    var words: [String] { get }
}

extension OptionDescription {
    /// The help text with the default and the variable.
    var fullHelp: String {
        help + (standard.map { " Default: \($0)." } ?? "") + (variable.map { " Variable: \($0)." } ?? "")
    }
}

/// An option without a value.
struct Flag: OptionDescription {
    let name: String
    let help: String
    var short: String?
    var placeholder: String? { nil }
    var standard: String? { nil }
    var variable: String? { nil }
    var words: [String] { [] }

    init(_ name: String, short: String? = nil, _ help: String) {
        self.name = name
        self.short = short
        self.help = help
    }

    static let json = Flag("--json", "Prints JSON on standard output.")
    static let help = Flag("--help", short: "-h", "Shows this help.")
    static let verbose = Flag("--verbose", short: "-v", "Also tells on standard error what the command does.")
    static let quiet = Flag("--quiet", short: "-q", "Writes only errors to standard error.")
}

/// An option with a value.
struct Option<Value>: OptionDescription {
    let name: String
    let short: String?
    let placeholder: String?
    let help: String
    let standard: String?
    let variable: String?
    /// Description of valid values for error messages: `a number above 0`.
    let accepts: String
    let words: [String]
    let parse: @Sendable (String) -> Value?
    /// Returns the reason why a text is refused, without a part of the text, which messages then do not show; nil: messages show refused texts.
    fileprivate(set) var flaw: (@Sendable (String) -> String?)?

    init(
        _ name: String, short: String? = nil, _ placeholder: String, standard: String? = nil, variable: String? = nil, accepts: String,
        words: [String] = [], _ help: String, parse: @escaping @Sendable (String) -> Value?
    ) {
        self.name = name
        self.short = short
        self.placeholder = placeholder
        self.standard = standard
        self.variable = variable
        self.accepts = accepts
        self.words = words
        self.help = help
        self.parse = parse
    }
}

extension Option<KeyText> {
    /// Makes an option for a key, of which no message shows a part.
    init(key name: String, _ placeholder: String, variable: String? = nil, _ help: String) {
        self.init(name, placeholder, variable: variable, accepts: KeyText.accepted, help) { try? KeyText($0) }
        flaw = { text in KeyText.flaw(of: text).map { "\($0)" } }
    }
}

extension Option<String> {
    /// Makes an option that accepts every text except the empty one.
    init(_ name: String, short: String? = nil, _ placeholder: String, standard: String? = nil, variable: String? = nil, _ help: String) {
        self.init(name, short: short, placeholder, standard: standard, variable: variable, accepts: "some text", help) {
            $0.isEmpty ? nil : $0
        }
    }
}

extension Option where Value: RawRepresentable<String> & CaseIterable & Sendable {
    /// Makes an option that accepts the words of `Value`.
    init(_ name: String, _ placeholder: String, standard: Value, variable: String? = nil, _ help: String) {
        let words = Value.allCases.map(\.rawValue)
        self.init(
            name, placeholder, standard: standard.rawValue, variable: variable, accepts: words.formatted(with: "or"), words: words, help,
            parse: Value.init(rawValue:))
    }
}

extension [String] {
    /// Returns a list in words: `a, b or c`.
    func formatted(with conjunction: String) -> String {
        guard count > 1, let last else { return first ?? "" }
        return dropLast().joined(separator: ", ") + " " + conjunction + " " + last
    }

    /// Returns a list in words that ends with the number of the rest when it is long: `a, b and 190 more`.
    func abridged(to limit: Int = 10) -> String {
        count > limit ? prefix(limit).joined(separator: ", ") + " and \(count - limit) more" : formatted(with: "and")
    }
}

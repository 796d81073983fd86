/// The written form of some tokens.
package struct WrittenForm: Sendable, Equatable {
    /// A kind of words that are written in another form.
    package enum Kind: Sendable, CaseIterable {
        /// Cardinal, ordinal and decimal numbers, percentages, years.
        case numbers
        case money
        case dates
        case times
        /// Telephone, card and account numbers, and addresses of machines: digits that are spoken one by one.
        case digits
        /// Units of measurement as symbols: `2 km`.
        case measurements
    }

    package var kind: Kind
    /// The index behind the last token.
    package var end: Int
    /// The text; a space separates the words.
    package var text: String
}

extension Set<WrittenForm.Kind> {
    /// All but symbols for units, which are for tables more than for sentences.
    package static var readable: Self { Self(WrittenForm.Kind.allCases).subtracting([.measurements]) }
}

/// The rules of one language.
package protocol WrittenFormRules: Sendable {
    /// True for the words of numbers, which may be joined by hyphens.
    func isNumber(_ word: Substring) -> Bool
    /// False if no form can begin with the word: a quick answer for most words.
    func mayBegin(with word: String) -> Bool
    /// Returns the form that begins at `start` and takes the most tokens; nil when the tokens stay as they are.
    func form(at start: Int, in tokens: [SpokenToken], _ kinds: Set<WrittenForm.Kind>) -> WrittenForm?
}

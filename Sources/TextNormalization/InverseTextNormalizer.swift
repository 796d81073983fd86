/// Writes spoken forms as people write them: `twenty five dollars` as `$25` (inverse text normalization).
///
/// The text comes in pieces, such as the finals of a stream. A form never goes on from one piece to the next one, over a mark, or from one speaker to
/// another.
package struct InverseTextNormalizer: Sendable {
    private let rules: any WrittenFormRules
    private let kinds: Set<WrittenForm.Kind>

    package init(_ rules: any WrittenFormRules, kinds: Set<WrittenForm.Kind> = .readable) {
        self.rules = rules
        self.kinds = kinds
    }

    /// A form, and the words in whose place it stands.
    package struct Replacement: Sendable, Equatable {
        package var words: Range<Int>
        package var text: String
        /// The marks after the last word.
        package var marks: String
    }

    /// Returns the replacements, from the first to the last word.
    ///
    /// - Parameters:
    ///   - words: words with the marks that touch them.
    ///   - turnEnds: the indices of words behind which another speaker goes on.
    package func replacements(in words: [String], turnEnds: Set<Int> = []) -> [Replacement] {
        var tokens = SpokenToken.tokens(of: words, splits: rules.isNumber)
        guard tokens.contains(where: { rules.mayBegin(with: $0.text) }) else { return [] }
        for index in tokens.indices where turnEnds.contains(tokens[index].word) { tokens[index].endsTurn = true }
        var replacements: [Replacement] = []
        var index = 0
        while index < tokens.count {
            guard index == 0 || tokens[index].word > tokens[index - 1].word, rules.mayBegin(with: tokens[index].text),
                let form = rules.form(at: index, in: tokens, kinds), form.end == tokens.count || tokens[form.end].word > tokens[form.end - 1].word
            else {
                index += 1
                continue
            }
            let last = tokens[form.end - 1]
            replacements.append(Replacement(words: tokens[index].word..<last.word + 1, text: form.text, marks: last.marks))
            index = form.end
        }
        return replacements
    }
}

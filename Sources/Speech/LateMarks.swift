/// Punctuation around a word that the engine knew only after it had sent the words: how the words before end now that this word follows, and how the
/// word itself ends if nothing follows.
///
/// A final that was sent is never changed. Texts that are made of several finals, such as a formatted turn or a stored segment, use these marks.
package struct LateMarks: Hashable, Sendable {
    package enum Mark: UInt8, Hashable, Sendable {
        case none, comma, stop, question, exclamation

        /// The mark as text; empty for `none`.
        package var text: String {
            switch self {
            case .none: ""
            case .comma: ","
            case .stop: "."
            case .question: "?"
            case .exclamation: "!"
            }
        }

        /// True if the mark ends a sentence.
        package var endsSentence: Bool { self == .stop || self == .question || self == .exclamation }
    }

    /// Mark behind the word before, now that this word follows; nil: the mark stays as it was sent.
    package var before: Mark?
    /// True if the word begins with a capital inside a sentence too.
    package var isCapital: Bool
    /// Mark behind this word if the text ends with it; nil: the mark stays as it was sent.
    package var end: Mark?

    package init(before: Mark? = nil, isCapital: Bool = false, end: Mark? = nil) {
        self.before = before
        self.isCapital = isCapital
        self.end = end
    }

    /// Punctuates two neighbouring words as parts of one text.
    ///
    /// - Parameters:
    ///   - text: the word of these marks.
    ///   - before: the word before.
    package func join(_ text: inout String, behind before: inout String) {
        guard let mark = self.before else { return }
        before = before.closed(by: mark)
        text = mark.endsSentence ? text.withCapital : isCapital ? text : text.withoutCapital
    }
}

extension String {
    /// The word with `mark` in place of the marks behind it. A word that has only marks stays unchanged.
    package func closed(by mark: LateMarks.Mark) -> String {
        guard let last = lastIndex(where: { !".,;:!?".contains($0) }) else { return self }
        return self[...last] + mark.text
    }

    /// The word with its first letter in upper case.
    package var withCapital: String { withFirstLetter { $0.uppercased() } }

    /// The word with its first letter in lower case.
    package var withoutCapital: String { withFirstLetter { $0.lowercased() } }

    private func withFirstLetter(_ changed: (Character) -> String) -> String {
        guard let place = firstIndex(where: { $0.isLetter || $0.isNumber }), self[place].isLetter else { return self }
        return self[..<place] + changed(self[place]) + self[index(after: place)...]
    }
}

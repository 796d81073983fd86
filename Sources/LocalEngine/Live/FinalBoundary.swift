/// The place where one final follows another: decides the capital of the next final's first word. A final that was sent is never changed.
struct FinalBoundary: Sendable, Equatable {
    private enum Before: Sendable, Equatable {
        /// There is no text before.
        case nothing
        case ended
        case goesOn
    }

    private var before = Before.nothing
    /// The word that follows the last final, as it was read in the middle of its sentence; nil: no reading had it.
    private var next: LiveWord?

    /// Returns the texts of the next final's words, as they are shown behind the words that were sent.
    func shown(_ words: [LiveWord]) -> [String] {
        var texts = words.map(\.text)
        guard let first = words.first else { return texts }
        switch before {
        case .nothing: break
        case .ended: texts[0] = first.text.prefix(1).uppercased() + first.text.dropFirst()
        case .goesOn:
            if let next, next.bare == first.bare { texts[0] = String(next.text.prefix(1) + first.text.dropFirst()) }
        }
        return texts
    }

    /// Notes the words that were sent.
    ///
    /// - Parameter next: the word that follows them in the reading from which they come.
    mutating func sent(_ words: [LiveWord], next: LiveWord?) {
        guard !words.isEmpty || next != nil else { return }
        if let last = words.last { before = last.endsSentence ? .ended : .goesOn }
        self.next = next
    }
}

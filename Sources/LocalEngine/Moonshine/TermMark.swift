/// The mark of a word of a key term that the second look put in.
package struct TermMark: Sendable, Hashable {
    /// The words that were heard at the term's place, as they were displayed.
    package var heard: String
    /// Number of heard words whose place the word takes: all of them for the first word of a term, 0 for the further ones.
    package var wordCount: Int

    package init(heard: String, wordCount: Int) {
        self.heard = heard
        self.wordCount = wordCount
    }
}

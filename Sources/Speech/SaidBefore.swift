/// The last words before a text that is not the beginning of somebody's speech: those of a session that another session goes on behind, or those before
/// a part that is recognized again. They are as they were stored: hidden words are not known, and neither are the words before them.
///
/// nil in place of this value means that nothing was said before.
package struct SaidBefore: Sendable, Equatable {
    /// The last words of one channel. Words before them are not known.
    package struct Part: Sendable, Equatable {
        /// The words, in order; empty: none is known.
        package var words: [Word]
        /// True if nothing was said between these words and the text; false where that is not known.
        package var isWhole: Bool

        package init(_ words: [Word], isWhole: Bool) {
            self.words = words
            self.isWhole = isWhole
        }
    }

    private let parts: [Part]

    /// - Parameter parts: one for each channel; empty: nothing is known.
    package init(_ parts: [Part] = []) { self.parts = parts }

    /// The same words, behind which others may have been said.
    package var withUnknownEnd: SaidBefore { SaidBefore(parts.map { Part($0.words, isWhole: false) }) }

    /// Returns the last words of the channel with this number.
    package func part(of channel: Int) -> Part { parts.indices.contains(channel) ? parts[channel] : Part([], isWhole: false) }
}

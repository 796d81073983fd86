/// The last words of a session that another session goes on behind. They are as they were stored: hidden words are not known.
package struct SaidBefore: Sendable, Equatable {
    /// The last words of one channel.
    package struct Part: Sendable, Equatable {
        /// The words, in order; empty: none is known.
        package var words: [Word]
        /// True if nothing was said behind these words in their session; false where that is not known.
        package var isWhole: Bool

        package init(_ words: [Word], isWhole: Bool) {
            self.words = words
            self.isWhole = isWhole
        }
    }

    private let parts: [Part]

    /// - Parameter parts: one for each channel; empty: nothing is known.
    package init(_ parts: [Part] = []) { self.parts = parts }

    /// Returns the last words of the channel with this number.
    package func part(of channel: Int) -> Part { parts.indices.contains(channel) ? parts[channel] : Part([], isWhole: false) }
}

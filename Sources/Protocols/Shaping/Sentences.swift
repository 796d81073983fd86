package import Speech

/// Divides words into sentences: at punctuation, at changes of the speaker, and, for text without punctuation, at long pauses.
package enum Sentences {
    /// Minimum pause that ends a sentence without a mark.
    package static let pause: Duration = .seconds(2)

    /// - Returns: ranges of indices into `words`, in order; every word is in exactly one range.
    package static func split(_ words: [Word], rate: SampleRate) -> [Range<Int>] {
        let pause = SampleCount(Self.pause, at: rate)
        return words.splitBefore { previous, next in
            previous.endsSentence(before: next) || next.speaker != previous.speaker || next.range.start - previous.range.end >= pause
        }
    }
}

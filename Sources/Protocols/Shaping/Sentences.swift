package import Speech

/// Words cut where sentences end: at punctuation, at changes of the speaker, and, for text without punctuation, at long pauses.
package enum Sentences {
    /// A pause that ends a sentence although no mark says so.
    package static let pause: Duration = .seconds(2)

    /// - Returns: indices into `words`: every word in exactly one range, in order.
    package static func split(_ words: [Word], rate: SampleRate) -> [Range<Int>] {
        let pause = SampleCount(Self.pause, at: rate)
        return words.splitBefore { previous, next in
            previous.endsSentence(before: next) || next.speaker != previous.speaker || next.range.start - previous.range.end >= pause
        }
    }
}

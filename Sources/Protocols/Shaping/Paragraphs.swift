package import Speech

/// Groups sentences into paragraphs. A paragraph has one speaker.
package enum Paragraphs {
    /// Minimum silence between two sentences that begins a new paragraph.
    package static let pause: Duration = .milliseconds(1_500)
    package static let maxSentences = 5
    package static let maxWords = 120

    /// - Returns: the sentences of each paragraph, as indices into `words`. Every word is in exactly one sentence, in order.
    package static func split(_ words: [Word], rate: SampleRate) -> [[Range<Int>]] {
        let pause = SampleCount(Self.pause, at: rate)
        var paragraphs: [[Range<Int>]] = []
        for sentence in Sentences.split(words, rate: rate) {
            if let last = paragraphs.last, let open = last.last, let first = last.first {
                let before = words[open.upperBound - 1], after = words[sentence.lowerBound]
                let isFull = last.count >= maxSentences || sentence.upperBound - first.lowerBound > maxWords
                if !isFull && before.speaker == after.speaker && after.range.start - before.range.end < pause {
                    paragraphs[paragraphs.count - 1].append(sentence)
                    continue
                }
            }
            paragraphs.append([sentence])
        }
        return paragraphs
    }
}

package import Speech

/// Divides words into utterances: at pauses and at changes of the speaker.
package enum Utterances {
    /// - Parameter pause: the minimum silence between two utterances.
    /// - Returns: ranges of indices into `words`, in order; every word is in exactly one range.
    package static func split(_ words: [Word], rate: SampleRate, pause: Duration) -> [Range<Int>] {
        let pause = SampleCount(pause, at: rate)
        return words.splitBefore { previous, next in
            next.range.start - previous.range.end >= pause || next.speaker != previous.speaker
        }
    }
}

extension Array where Element == Word {
    /// Returns ranges of indices that cover the array, with a cut between any two neighbours for which `isCut` is true.
    func splitBefore(_ isCut: (_ previous: Word, _ next: Word) -> Bool) -> [Range<Int>] {
        var ranges: [Range<Int>] = []
        var start = 0
        for index in indices.dropFirst() where isCut(self[index - 1], self[index]) {
            ranges.append(start..<index)
            start = index
        }
        if start < count { ranges.append(start..<count) }
        return ranges
    }
}

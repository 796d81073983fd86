package import Speech

/// Groups a channel's words into the stretches of speech between its pauses.
package enum SegmentRule {
    /// Silence between two words that separates segments.
    package static let pause = SampleCount(.milliseconds(700), at: .speech)

    /// Returns the segments of a channel's words.
    ///
    /// - Parameter words: the words in order, with positions at 16 kHz.
    package static func segments(of words: [Word]) -> [Transcript.Segment] {
        var segments: [Transcript.Segment] = []
        var first = 0
        for index in words.indices {
            let isLast = index + 1 == words.count || words[index + 1].range.start - words[index].range.end >= pause
            guard isLast else { continue }
            segments.append(.init(range: SampleRange(words[first].range.start, words[index].range.end), words: first..<index + 1))
            first = index + 1
        }
        return segments
    }
}

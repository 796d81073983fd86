package import Speech

/// Adds words that were recognised after their session's end to the conversation, if the conversation does not have them.
package struct LateWords: Sendable {
    /// Intervals in which the conversation already has words, by channel.
    private var spoken: [ChannelIndex: [ClosedRange<Duration>]] = [:]

    /// - Parameter segments: the conversation's segments, in order.
    package init(in segments: [Segment]) {
        for segment in segments {
            // A person may have removed words of an edited segment, so it counts as covering its whole interval.
            let isWhole = segment.isEdited || segment.words.isEmpty
            let ranges = isWhole ? [segment.start...max(segment.start, segment.end)] : segment.words.map { $0.start...max($0.start, $0.end) }
            spoken[segment.channel, default: []] += ranges
        }
        for channel in spoken.keys { spoken[channel]?.sort { $0.lowerBound < $1.lowerBound } }
    }

    /// Returns new segments of the words that the conversation does not have. Words with other words of the conversation between them are in
    /// different segments.
    ///
    /// - Parameter words: words in order, on the conversation's timeline.
    package func segments(of words: [SpokenWord], in channel: ChannelIndex, newID: () -> ID<Segment>) -> [Segment] {
        let known = spoken[channel] ?? []
        var next = known.startIndex
        var made: [Segment] = []
        var run: [SpokenWord] = []
        func finish() {
            var maker = SegmentMaker(channel: channel)
            made += maker.add(run, newID: newID).changed
            run = []
        }
        for word in words {
            let middle = word.start + (word.end - word.start) / 2
            while next < known.endIndex, known[next].upperBound < middle {
                if !run.isEmpty { finish() }
                next += 1
            }
            let isKnown = next < known.endIndex && known[next].contains(middle)
            if !isKnown { run.append(word) } else if !run.isEmpty { finish() }
        }
        if !run.isEmpty { finish() }
        return made
    }
}

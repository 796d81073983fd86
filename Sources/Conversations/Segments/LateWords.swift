package import Speech

/// Words of a session that came to be known when it was over, on their way into its conversation: those that it does not have.
package struct LateWords: Sendable {
    /// Where the conversation has words already, by channel.
    private var spoken: [ChannelIndex: [ClosedRange<Duration>]] = [:]

    /// - Parameter segments: of the conversation, in order.
    package init(in segments: [Segment]) {
        for segment in segments {
            // Of edited segments it is not known which words they replace: all of theirs.
            let ranges =
                segment.words.isEmpty ? [segment.start...max(segment.start, segment.end)] : segment.words.map { $0.start...max($0.start, $0.end) }
            spoken[segment.channel, default: []] += ranges
        }
        for channel in spoken.keys { spoken[channel]?.sort { $0.lowerBound < $1.lowerBound } }
    }

    /// New segments of the words that the conversation has not. Words with others of the conversation between them are never one segment.
    ///
    /// - Parameter words: in order, in the conversation's time.
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

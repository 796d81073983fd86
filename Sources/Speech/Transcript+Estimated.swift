extension Transcript {
    /// The same, of a recording of which its engine did not know how long it is: what is estimated is spread over `length`.
    package func spread(over length: SampleCount) -> Transcript {
        var transcript = self
        transcript.length = length
        guard let channel = channels.first, channel.estimated.count == 1, channel.estimated[0].words == channel.words.indices else {
            return transcript
        }
        let all = SampleRange(.zero, count: length)
        for (index, range) in ProportionalTimes.ranges(of: channel.words.map(\.text), in: all).enumerated() {
            transcript.channels[0].words[index].range = range
        }
        transcript.channels[0].estimated[0].range = all
        transcript.channels[0].settleSegments()
        return transcript
    }
}

extension Transcript.Channel {
    /// Makes the segments reach as far as their words do, after words were moved.
    package mutating func settleSegments() {
        for index in segments.indices where !segments[index].words.isEmpty && words.indices.contains(segments[index].words.upperBound - 1) {
            let spoken = words[segments[index].words]
            guard let first = spoken.first, let end = spoken.map(\.range.end).max() else { continue }
            segments[index].range = SampleRange(first.range.start, end)
        }
    }
}

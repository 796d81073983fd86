extension Transcript {
    /// Returns the transcript with its estimated stretches spread over `length`: for a recording whose length the engine did not know.
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
    /// Extends each segment to the times of its words, after words were moved.
    package mutating func settleSegments() {
        for index in segments.indices where !segments[index].words.isEmpty && words.indices.contains(segments[index].words.upperBound - 1) {
            let spoken = words[segments[index].words]
            guard let first = spoken.first, let end = spoken.map(\.range.end).max() else { continue }
            segments[index].range = SampleRange(first.range.start, end)
        }
    }
}

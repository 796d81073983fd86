extension Transcript {
    /// Returns the words of one channel on a timeline with the given rate, where the recording begins at `start`.
    package func words(of channel: ChannelIndex = .first, from start: SampleIndex, at rate: SampleRate) -> [Word] {
        guard channels.indices.contains(channel.number) else { return [] }
        return channels[channel.number].words.map { word in
            var placed = word
            placed.range = word.range.converted(from: self.rate, to: rate).shifted(by: start - .zero)
            return placed
        }
    }
}

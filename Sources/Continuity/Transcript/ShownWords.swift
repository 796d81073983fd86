package import Speech

/// A change of the words that a live session has shown for a channel. The changes of a channel, in order, say what a client saw at each moment.
package struct ShownWords: Sendable, Equatable {
    package enum Change: Sendable, Equatable {
        /// An interim of an engine. Its first `kept` words are the first words of the interim before, and `words` follow them.
        case interim(kept: Int, words: ArraySlice<Word>, EngineName)
        /// Words whose middles are before this position are final, and no longer part of an interim.
        case final(through: SampleIndex)
    }

    package var channel: ChannelIndex
    /// End of the audio that had been received by then.
    package var received: SampleIndex
    package var change: Change

    package init(channel: ChannelIndex, received: SampleIndex, change: Change) {
        self.channel = channel
        self.received = received
        self.change = change
    }

    /// Removes the texts of words that are forgotten. The words stay as empty ones, because later changes count them. An interim's words have other
    /// times than the final's, so a word that only touches the range goes too.
    mutating func forget(_ range: SampleRange) {
        guard case .interim(let kept, var words, let engine) = change else { return }
        for index in words.indices
        where range.contains(words[index].middle) || range.intersection(words[index].range) != nil { words[index].text = "" }
        change = .interim(kept: kept, words: words, engine)
    }
}

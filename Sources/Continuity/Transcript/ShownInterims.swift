package import Speech

/// The interims that a live session shows now. Finds what changes from one interim to the next.
package struct ShownInterims: Sendable {
    /// Words of each channel's interim.
    private var words: [[Word]]

    package init(channels: Int) {
        words = Array(repeating: [], count: channels)
    }

    /// Returns the change that an interim makes; nil when a client sees no difference.
    package mutating func change(to interim: Hypothesis, by engine: EngineName, received: SampleIndex) -> ShownWords? {
        let number = interim.channel.number
        guard words.indices.contains(number) else { return nil }
        let kept = zip(words[number], interim.words).prefix { $0.text == $1.text }.count
        guard kept < max(words[number].count, interim.words.count) else { return nil }
        words[number] = interim.words
        return ShownWords(channel: interim.channel, received: received, change: .interim(kept: kept, words: interim.words[kept...], engine))
    }

    /// Returns the change that a commit makes.
    package mutating func change(by commit: Commit, received: SampleIndex) -> ShownWords? {
        let number = commit.channel.number
        guard words.indices.contains(number), !commit.words.isEmpty || !words[number].isEmpty else { return nil }
        words[number].removeAll { $0.middle < commit.range.end }
        return ShownWords(channel: commit.channel, received: received, change: .final(through: commit.range.end))
    }
}

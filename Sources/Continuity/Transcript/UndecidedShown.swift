package import Speech

/// The shown words of a session that hides content, as long as no final has decided them: a final that hides words removes them.
///
/// Before the words of an interim are sensitive, such as the first half of an e-mail address, they are shown as they are. Their final says so too late for
/// the client, but not for what is kept.
package struct UndecidedShown: Sendable {
    fileprivate struct Channel {
        /// The changes that are not decided, in order.
        var entries: [ShownWords] = []
        /// Index of the first entry behind the last final.
        var sinceFinal = 0
        /// End of the last final.
        var through = SampleIndex.zero
        /// Starts of times whose words are hidden, and whose final was not shown yet.
        var hidden: [SampleIndex] = []
    }

    private var channels: [Channel]
    /// Time by which the places of words in an interim may differ from those in the final.
    private let tolerance: SampleCount

    package init(channels: Int, rate: SampleRate) {
        self.channels = Array(repeating: Channel(), count: channels)
        tolerance = SampleCount(.seconds(1), at: rate)
    }

    /// Notes that words of the next finals are hidden.
    package mutating func hide(_ range: SampleRange, in channel: ChannelIndex) {
        guard channels.indices.contains(channel.number) else { return }
        channels[channel.number].hidden.append(range.start)
    }

    /// Notes that words are missing: no final decides what was shown of them.
    package mutating func miss(in channel: ChannelIndex) -> [ShownWords] {
        guard channels.indices.contains(channel.number) else { return [] }
        return channels[channel.number].decideAll(from: .zero)
    }

    /// Takes a change of what is shown.
    ///
    /// - Returns: the changes that are decided now, in order, without words that were hidden.
    package mutating func add(_ shown: ShownWords) -> [ShownWords] {
        guard channels.indices.contains(shown.channel.number) else { return [] }
        return channels[shown.channel.number].add(shown, tolerance)
    }

    /// The changes that are not decided: of a session that goes on, as its client sees them.
    package var open: [ShownWords] { channels.flatMap(\.entries) }

    /// The changes that are not decided when the session ends: without words, because no final has passed them.
    package var unpassed: [ShownWords] {
        var copy = self
        return copy.channels.indices.flatMap { copy.channels[$0].decideAll(from: .zero) }
    }
}

extension UndecidedShown.Channel {
    fileprivate mutating func add(_ shown: ShownWords, _ tolerance: SampleCount) -> [ShownWords] {
        entries.append(shown)
        guard case .final(let end) = shown.change else { return [] }
        let before = through - tolerance
        let isHidden = hidden.contains { $0 < end }
        hidden.removeAll { $0 < end }
        through = max(through, end)
        if isHidden { return decideAll(from: before) }
        // Changes behind the final wait for the next one.
        let limit = through - tolerance
        let count = entries.firstIndex { $0.hasWords(from: limit) } ?? entries.count
        let decided = Array(entries[..<count])
        entries.removeFirst(count)
        sinceFinal = entries.count
        return decided
    }

    /// Returns all changes. What was shown since the last final loses its words, and earlier changes lose those that begin at `start` or later.
    fileprivate mutating func decideAll(from start: SampleIndex) -> [ShownWords] {
        var decided = entries
        for index in decided.indices { decided[index].removeTexts(from: index < sinceFinal ? start : nil) }
        entries = []
        sinceFinal = 0
        return decided
    }
}

extension ShownWords {
    /// Returns true when an interim has a word that ends behind `position`.
    fileprivate func hasWords(from position: SampleIndex) -> Bool {
        guard case .interim(_, let words, _) = change else { return false }
        return words.contains { $0.range.end > position }
    }

    /// Removes the texts of words that end behind `position`; nil: of all words. Empty words stay, because later changes count them.
    fileprivate mutating func removeTexts(from position: SampleIndex?) {
        guard case .interim(let kept, var words, let engine) = change else { return }
        for index in words.indices where position.map({ words[index].range.end > $0 }) ?? true { words[index].text = "" }
        change = .interim(kept: kept, words: words, engine)
    }
}

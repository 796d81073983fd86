package import Speech

/// The words of a live conversation that no segment shows yet, by channel: final words that wait for their speakers, and the engine's latest guess
/// behind them. They are the interims of a conversation.
///
/// A value without I/O.
package struct OpenWords: Sendable {
    private struct Channel: Sendable {
        /// Final words, in order. The first `added` of them are in the conversation, and the client gets their segments next.
        var final: [Word] = []
        var added = 0
        var guess: [Word] = []
    }

    private var channels: [ChannelIndex: Channel] = [:]

    /// Maximum number of final words that wait in a channel. The oldest are left out of interims beyond.
    private static let maxWords = 1_000

    package init() {}

    /// Takes the engine's latest guess.
    ///
    /// - Returns: the interim that the client gets.
    package mutating func guessed(_ guess: Hypothesis) -> Hypothesis {
        channels[guess.channel, default: Channel()].guess = guess.words
        var whole = interim(of: guess.channel)
        // A guess without words has a place, too.
        if whole.words.isEmpty { whole.range = guess.range }
        return whole
    }

    /// Notes that finals cover a channel up to this position.
    package mutating func covered(through end: SampleIndex, in channel: ChannelIndex) {
        channels[channel]?.guess.removeAll { $0.range.middle < end }
    }

    /// Notes that a turn's finals end here: the rest of a guess that began before belongs to the turn.
    package mutating func turnEnded(through end: SampleIndex, in channel: ChannelIndex) {
        guard let first = channels[channel]?.guess.first, first.range.start < end else { return }
        channels[channel]?.guess = []
    }

    /// Takes final words, which may wait.
    package mutating func committed(_ words: [Word], in channel: ChannelIndex) {
        var open = channels[channel] ?? Channel()
        open.final += words
        let spare = open.final.count - Self.maxWords
        if spare > 0 {
            open.final.removeFirst(spare)
            open.added = max(0, open.added - spare)
        }
        channels[channel] = open
    }

    /// Notes that the next final words of a channel are in the conversation.
    package mutating func added(_ count: Int, in channel: ChannelIndex) {
        guard let open = channels[channel] else { return }
        channels[channel]?.added = min(open.final.count, open.added + count)
    }

    /// Notes that the client gets the segments of all words that are in the conversation.
    package mutating func shown() {
        for (channel, open) in channels where open.added > 0 {
            channels[channel]?.final.removeFirst(open.added)
            channels[channel]?.added = 0
        }
    }

    /// Returns the interim of a channel; without words when segments show all that was said.
    package func interim(of channel: ChannelIndex) -> Hypothesis {
        let open = channels[channel] ?? Channel(), words = open.final + open.guess
        let start = words.first?.range.start ?? .zero
        return Hypothesis(channel: channel, range: SampleRange(start, words.reduce(start) { max($0, $1.range.end) }), words: words)
    }

    /// The interims of all channels in which words are open, in order.
    package var all: [Hypothesis] { channels.keys.sorted().map { interim(of: $0) }.filter { !$0.words.isEmpty } }
}

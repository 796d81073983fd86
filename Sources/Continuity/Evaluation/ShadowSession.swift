import Speech

/// The comparison of a second engine's words with the session's commits. The comparison has no effect on the client's results.
struct ShadowSession: Sendable {
    private(set) var evaluation: Evaluation
    /// The comparison of each channel, indexed by channel number.
    private var channels: [Shadowing]
    private let rate: SampleRate

    /// - Parameters:
    ///   - earlier: the session's shadow until now; nil: there is none. Its results are kept if its engine is the same.
    ///   - start: the beginning of the audio that the engine hears.
    init(_ engine: EngineName, after earlier: ShadowSession?, channels: Int, from start: SampleIndex, rate: SampleRate) {
        evaluation = earlier.flatMap { $0.evaluation.engine == engine ? $0.evaluation : nil } ?? Evaluation(engine: engine)
        self.channels = (0..<channels).map { Shadowing(ChannelIndex($0), from: start) }
        self.rate = rate
    }

    /// Restarts the comparison of `channels` at `start`: the engine was slow to open and hears only the audio from `start` on.
    mutating func begin(_ channels: Range<Int>, at start: SampleIndex) {
        for number in channels { self.channels[number] = Shadowing(ChannelIndex(number), from: start) }
    }

    /// Takes words that the shadow's engine has made final.
    mutating func hear(_ final: Hypothesis) {
        channels[final.channel.number].hear(final.words, through: final.range.end)
        compare(final.channel.number)
    }

    /// Takes words that the session has committed.
    mutating func commit(_ commit: Commit) {
        evaluation.commits(commit.engine)
        channels[commit.channel.number].commit(commit.words, through: commit.range.end)
        compare(commit.channel.number)
    }

    /// Takes a gap that the session has reported.
    mutating func skip(_ gap: SampleRange, in channel: Int) { channels[channel].skip(gap) }

    /// Compares the rest of these channels: the shadow's leg is gone, and nothing more comes.
    mutating func end(_ channels: Range<Int>) { for number in channels { compare(number, isLast: true) } }

    private mutating func compare(_ number: Int, isLast: Bool = false) {
        channels[number].compare(&evaluation, rate: rate, isLast: isLast)
    }
}

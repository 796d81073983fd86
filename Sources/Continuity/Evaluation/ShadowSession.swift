import Speech

/// The comparison of what a second engine hears with what the session commits. Nothing that becomes of it has an effect on what the client gets.
struct ShadowSession: Sendable {
    private(set) var evaluation: Evaluation
    /// The comparison of each channel, indexed by channel number.
    private var channels: [Shadowing]
    private let rate: SampleRate

    /// - Parameters:
    ///   - earlier: the session's shadow until now. Its results count if its engine is the same.
    ///   - start: the beginning of the audio that the engine hears.
    init(_ engine: EngineName, after earlier: ShadowSession?, channels: Int, from start: SampleIndex, rate: SampleRate) {
        evaluation = earlier.flatMap { $0.evaluation.engine == engine ? $0.evaluation : nil } ?? Evaluation(engine: engine)
        self.channels = (0..<channels).map { Shadowing(ChannelIndex($0), from: start) }
        self.rate = rate
    }

    /// The engine was long in opening, and hears only what comes from `start` on.
    mutating func begin(_ channels: Range<Int>, at start: SampleIndex) {
        for number in channels { self.channels[number] = Shadowing(ChannelIndex(number), from: start) }
    }

    /// The shadow's engine has made words final.
    mutating func hear(_ final: Hypothesis) {
        channels[final.channel.number].hear(final.words, through: final.range.end)
        compare(final.channel.number)
    }

    /// The session has committed words.
    mutating func commit(_ commit: Commit) {
        evaluation.commits(commit.engine)
        channels[commit.channel.number].commit(commit.words, through: commit.range.end)
        compare(commit.channel.number)
    }

    /// The session has reported a gap.
    mutating func skip(_ gap: SampleRange, in channel: Int) { channels[channel].skip(gap) }

    /// The shadow's leg of these channels is gone: nothing more comes.
    mutating func end(_ channels: Range<Int>) { for number in channels { compare(number, isLast: true) } }

    private mutating func compare(_ number: Int, isLast: Bool = false) {
        channels[number].compare(&evaluation, rate: rate, isLast: isLast)
    }
}

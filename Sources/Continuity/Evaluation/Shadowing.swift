import Speech

/// The shadow's words and the committed words of one channel, kept until both sides have said all words of an interval.
struct Shadowing: Sendable {
    /// End of the audio that was compared, or that came before the shadow began.
    private var start: SampleIndex
    private var committed: [Word] = []
    private var committedThrough: SampleIndex
    private var heard: [Word] = []
    private var heardThrough: SampleIndex
    private let channel: ChannelIndex
    /// Maximum number of words that wait for a pause at which they can be compared.
    private static let maxWords = 200

    init(_ channel: ChannelIndex, from start: SampleIndex) {
        self.channel = channel
        self.start = start
        committedThrough = start
        heardThrough = start
    }

    mutating func commit(_ words: [Word], through end: SampleIndex) {
        committed += words.filter { $0.middle >= start }
        committedThrough = max(committedThrough, end)
    }

    /// Skips a gap: the session has no words there, so the shadow's words in the gap are compared with nothing.
    mutating func skip(_ gap: SampleRange) {
        heard.removeAll { gap.contains($0.middle) }
        committedThrough = max(committedThrough, gap.end)
    }

    mutating func hear(_ words: [Word], through end: SampleIndex) {
        heard += words.filter { $0.middle >= start }
        heardThrough = max(heardThrough, end)
    }

    /// Compares the audio that both sides have covered, up to a pause.
    ///
    /// - Parameter isLast: true if nothing more comes.
    mutating func compare(_ evaluation: inout Evaluation, rate: SampleRate, isLast: Bool = false) {
        let through = min(committedThrough, heardThrough)
        guard through > start, let end = isLast ? through : pause(before: through, rate) else { return }
        let said = committed.prefix { $0.middle < end }, words = heard.prefix { $0.middle < end }
        evaluation.compare(Array(said), with: Array(words), in: SampleRange(start, end), channel)
        committed.removeFirst(said.count)
        heard.removeFirst(words.count)
        start = end
    }

    /// Returns the last pause before `end`; `end` itself if more than `maxWords` words wait; nil if there is no pause and fewer words wait.
    private func pause(before end: SampleIndex, _ rate: SampleRate) -> SampleIndex? {
        let shortest = SampleCount(.milliseconds(400), at: rate)
        let ranges = (committed + heard).map(\.range).sorted { $0.start < $1.start }
        var found: SampleIndex?
        var last = start
        for range in ranges {
            if range.start - last >= shortest, last > start {
                let middle = SampleRange(last, range.start).middle
                if middle <= end { found = middle }
            }
            last = max(last, range.end)
        }
        if last > start, end - last >= shortest { found = last + SampleCount(shortest.samples / 2) }
        return found ?? (max(committed.count, heard.count) > Self.maxWords ? end : nil)
    }
}

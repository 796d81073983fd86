import Speech

/// The words that one channel's shadow has heard and the words that were committed there, until both have said all of an interval.
struct Shadowing: Sendable {
    /// The end of the audio that was compared, or that came before the shadow began.
    private var start: SampleIndex
    private var committed: [Word] = []
    private var committedThrough: SampleIndex
    private var heard: [Word] = []
    private var heardThrough: SampleIndex
    private let channel: ChannelIndex
    /// Words that wait for a pause to be compared at.
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

    /// Nobody knows what was said before `end`: what the shadow heard there is compared with nothing.
    mutating func skip(_ gap: SampleRange) {
        heard.removeAll { gap.contains($0.middle) }
        committedThrough = max(committedThrough, gap.end)
    }

    mutating func hear(_ words: [Word], through end: SampleIndex) {
        heard += words.filter { $0.middle >= start }
        heardThrough = max(heardThrough, end)
    }

    /// Compares what both have said all of, up to a pause.
    ///
    /// - Parameter isLast: nothing more comes.
    mutating func compare(_ evaluation: inout Evaluation, rate: SampleRate, isLast: Bool = false) {
        let through = min(committedThrough, heardThrough)
        guard through > start, let end = isLast ? through : pause(before: through, rate) else { return }
        let said = committed.prefix { $0.middle < end }, words = heard.prefix { $0.middle < end }
        evaluation.compare(Array(said), with: Array(words), in: SampleRange(start, end), channel)
        committed.removeFirst(said.count)
        heard.removeFirst(words.count)
        start = end
    }

    /// The last place before `end` that nobody speaks near, or `end` where too much has come together.
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

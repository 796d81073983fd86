package import Speech

/// A transcript whose estimated words get exact times: says which intervals of audio to search for which words, and takes the results. Pure.
package struct TranscriptAlignment: Sendable {
    /// Words, and the audio in which to search for them.
    package struct Interval: Sendable, Equatable {
        package var words: Range<Int>
        package var audio: SampleRange

        package init(words: Range<Int>, audio: SampleRange) {
            self.words = words
            self.audio = audio
        }
    }

    /// Maximum length of neighbouring intervals that are searched together: a word may be cut where two intervals meet.
    static let together: Duration = .seconds(30)
    /// Maximum length of an interval that is searched, because a search holds all of its audio in memory.
    package static let longest: Duration = .seconds(125)
    /// Maximum error of the engine's times for an interval.
    static let margin: Duration = .milliseconds(400)

    package private(set) var transcript: Transcript
    /// Intervals to search, in order, in the first channel, at 16 kHz.
    package let intervals: [Interval]
    private let estimated: [Transcript.Segment]
    private var placed: Set<Int> = []

    package init(_ transcript: Transcript) {
        self.transcript = transcript
        estimated = transcript.channels.first?.estimated ?? []
        let count = transcript.channels.first?.words.count ?? 0
        var intervals: [Interval] = []
        for segment in estimated where segment.range.count <= SampleCount(Self.longest, at: .speech) && segment.words.upperBound <= count {
            guard let last = intervals.last, last.words.upperBound == segment.words.lowerBound,
                segment.range.end - last.audio.start <= SampleCount(Self.together, at: .speech)
            else {
                intervals.append(Interval(words: segment.words, audio: segment.range))
                continue
            }
            intervals[intervals.count - 1] = Interval(
                words: last.words.lowerBound..<segment.words.upperBound, audio: SampleRange(last.audio.start, segment.range.end))
        }
        let margin = SampleCount(Self.margin, at: .speech)
        self.intervals = intervals.map {
            Interval(words: $0.words, audio: SampleRange(max(.zero, $0.audio.start - margin), $0.audio.end + margin))
        }
    }

    package func texts(of interval: Interval) -> [String] { transcript.channels[0].words[interval.words].map(\.text) }

    /// Sets the times of an interval's words.
    ///
    /// - Parameter ranges: one range for each word of the interval, in order, in samples since the beginning of the interval's audio.
    package mutating func place(_ interval: Interval, _ ranges: [Range<Int>]) {
        guard ranges.count == interval.words.count else { return }
        var earliest = interval.words.lowerBound > 0 ? transcript.channels[0].words[interval.words.lowerBound - 1].range.start : .zero
        for (index, range) in zip(interval.words, ranges) {
            let start = max(earliest, interval.audio.start + SampleCount(range.lowerBound))
            earliest = start
            transcript.channels[0].words[index].range = SampleRange(start, max(start, interval.audio.start + SampleCount(range.upperBound)))
        }
        for (index, segment) in estimated.enumerated() where interval.words.contains(segment.words.lowerBound) { placed.insert(index) }
    }

    /// Returns the transcript with the words that were placed.
    package func finished() -> Transcript {
        var transcript = transcript
        guard !transcript.channels.isEmpty else { return transcript }
        transcript.channels[0].estimated = estimated.enumerated().filter { !placed.contains($0.offset) }.map(\.element)
        transcript.channels[0].settleSegments()
        return transcript
    }
}

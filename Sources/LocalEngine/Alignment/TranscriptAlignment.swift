package import Speech

/// A transcript whose estimated words get exact times: says which stretches of audio to search for which words, and takes the results. Pure.
package struct TranscriptAlignment: Sendable {
    /// Words, and the audio in which to search for them.
    package struct Stretch: Sendable, Equatable {
        package var words: Range<Int>
        package var audio: SampleRange

        package init(words: Range<Int>, audio: SampleRange) {
            self.words = words
            self.audio = audio
        }
    }

    /// Maximum length of neighbouring stretches that are searched together: a word may be cut where two stretches meet.
    static let together: Duration = .seconds(30)
    /// Maximum length of a stretch that is searched, because a search holds all of its audio in memory.
    package static let longest: Duration = .seconds(125)
    /// Maximum error of the engine's times for a stretch.
    static let margin: Duration = .milliseconds(400)

    package private(set) var transcript: Transcript
    /// Stretches to search, in order, in the first channel, at 16 kHz.
    package let stretches: [Stretch]
    private let estimated: [Transcript.Segment]
    private var placed: Set<Int> = []

    package init(_ transcript: Transcript) {
        self.transcript = transcript
        estimated = transcript.channels.first?.estimated ?? []
        let count = transcript.channels.first?.words.count ?? 0
        var stretches: [Stretch] = []
        for segment in estimated where segment.range.count <= SampleCount(Self.longest, at: .speech) && segment.words.upperBound <= count {
            guard let last = stretches.last, last.words.upperBound == segment.words.lowerBound,
                segment.range.end - last.audio.start <= SampleCount(Self.together, at: .speech)
            else {
                stretches.append(Stretch(words: segment.words, audio: segment.range))
                continue
            }
            stretches[stretches.count - 1] = Stretch(
                words: last.words.lowerBound..<segment.words.upperBound, audio: SampleRange(last.audio.start, segment.range.end))
        }
        let margin = SampleCount(Self.margin, at: .speech)
        self.stretches = stretches.map {
            Stretch(words: $0.words, audio: SampleRange(max(.zero, $0.audio.start - margin), $0.audio.end + margin))
        }
    }

    package func texts(of stretch: Stretch) -> [String] { transcript.channels[0].words[stretch.words].map(\.text) }

    /// Sets the times of a stretch's words.
    ///
    /// - Parameter ranges: one range for each word of the stretch, in order, in samples since the beginning of the stretch's audio.
    package mutating func place(_ stretch: Stretch, _ ranges: [Range<Int>]) {
        guard ranges.count == stretch.words.count else { return }
        var earliest = stretch.words.lowerBound > 0 ? transcript.channels[0].words[stretch.words.lowerBound - 1].range.start : .zero
        for (index, range) in zip(stretch.words, ranges) {
            let start = max(earliest, stretch.audio.start + SampleCount(range.lowerBound))
            earliest = start
            transcript.channels[0].words[index].range = SampleRange(start, max(start, stretch.audio.start + SampleCount(range.upperBound)))
        }
        for (index, segment) in estimated.enumerated() where stretch.words.contains(segment.words.lowerBound) { placed.insert(index) }
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

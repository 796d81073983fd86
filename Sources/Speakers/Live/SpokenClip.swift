package import Speech

/// Words in a row that one speaker says, as far as anybody can tell from the words.
package struct SpokenClip: Sendable, Equatable {
    /// Among the words that it was made of.
    package var words: Range<Int>
    package var range: SampleRange
    /// The session's of the speaker; nil: no engine said.
    package var label: Int?

    /// Where nobody says who speaks, a pause of this length may part two speakers.
    private static let pause: Duration = .milliseconds(350)
    /// And nobody is taken to speak longer than this at a stretch: who has not paused is heard again.
    private static let longest: Duration = .seconds(8)

    /// The clips of `words`, in order. Each word is in one.
    package static func clips(of words: [Word], rate: SampleRate) -> [SpokenClip] {
        let pause = SampleCount(pause, at: rate), longest = SampleCount(longest, at: rate)
        var clips: [SpokenClip] = []
        for (index, word) in words.enumerated() {
            if let last = clips.last, last.label == word.speaker?.number,
                last.label != nil || (word.range.start - last.range.end < pause && word.range.end - last.range.start <= longest)
            {
                clips[clips.count - 1].words = last.words.lowerBound..<index + 1
                clips[clips.count - 1].range = SampleRange(last.range.start, max(last.range.end, word.range.end))
            } else {
                clips.append(SpokenClip(words: index..<index + 1, range: word.range, label: word.speaker?.number))
            }
        }
        return clips
    }
}

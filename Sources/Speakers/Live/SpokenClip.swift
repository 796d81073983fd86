package import Speech

/// Consecutive words of one speaker, as far as the words tell.
package struct SpokenClip: Sendable, Equatable {
    /// Indices of the clip's words among the words from which it was made.
    package var words: Range<Int>
    package var range: SampleRange
    /// The session's label of the speaker; nil: no engine gave one.
    package var label: Int?

    /// Pause that may separate two speakers, where no engine tells speakers apart.
    private static let pause: Duration = .milliseconds(350)
    /// Maximum duration of a clip in that case. A speaker who does not pause gets several clips.
    private static let longest: Duration = .seconds(8)

    /// Returns the clips of `words`, in order. Each word is in exactly one clip.
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

/// What an engine made of a whole recording.
package struct Transcript: Sendable, Equatable {
    package struct Channel: Sendable, Equatable {
        package var words: [Word]
        /// Stretches of speech between pauses, in order; each holds a range of `words`.
        package var segments: [Segment]

        package init(words: [Word], segments: [Segment]) {
            self.words = words
            self.segments = segments
        }
    }

    package struct Segment: Sendable, Equatable {
        package var range: SampleRange
        /// Indices into the channel's words.
        package var words: Range<Int>
        package init(range: SampleRange, words: Range<Int>) {
            self.range = range
            self.words = words
        }
    }

    /// Of all positions in it.
    package var rate: SampleRate
    /// Of the decoded audio, silence included.
    package var length: SampleCount
    package var language: LanguageTag
    /// 0…1 when the engine found the language by itself.
    package var languageConfidence: Float?
    /// The name of the model that really ran.
    package var model: String
    package var channels: [Channel]

    package init(
        rate: SampleRate, length: SampleCount, language: LanguageTag, languageConfidence: Float? = nil, model: String, channels: [Channel]
    ) {
        self.rate = rate
        self.length = length
        self.language = language
        self.languageConfidence = languageConfidence
        self.model = model
        self.channels = channels
    }

    /// The displayed text of one channel.
    package func text(of channel: ChannelIndex = .first) -> String {
        guard channels.indices.contains(channel.number) else { return "" }
        return channels[channel.number].words.map(\.text).joined(separator: " ")
    }
}

/// An engine's result for a whole recording.
public struct Transcript: Sendable, Equatable {
    public struct Channel: Sendable, Equatable {
        public var words: [Word]
        /// Stretches of speech between pauses, in order; each holds a range of `words`. Where speakers are told apart, segments of different speakers
        /// may overlap, and a segment without words is speech that was not recognized.
        public var segments: [Segment]
        /// Stretches, in order, whose words have estimated times: the engine gave none, so each word has a share in proportion to its letters.
        public var estimated: [Segment]
        /// The times whose words were hidden, in order.
        package var hidden: [SampleRange] = []
        /// Stretches of words with the recognizer's own measures, in order; empty: it has none.
        package var stretches: [RecognizedStretch] = []
        /// The names of speakers whose voices are those of the client's references.
        package var speakerNames: [SpeakerLabel: String] = [:]

        public init(words: [Word], segments: [Segment], estimated: [Segment] = []) {
            self.words = words
            self.segments = segments
            self.estimated = estimated
        }
    }

    public struct Segment: Sendable, Equatable {
        public var range: SampleRange
        /// Indices into the channel's words.
        public var words: Range<Int>
        /// The speaker; nil where the words alone have speakers, or nobody told speakers apart.
        public var speaker: SpeakerLabel?
        public init(range: SampleRange, words: Range<Int>) {
            self.range = range
            self.words = words
        }
    }

    /// Sample rate of all positions in the transcript.
    public var rate: SampleRate
    /// Length of the decoded audio, silence included.
    public var length: SampleCount
    public var language: LanguageTag
    /// Confidence, 0…1, when the engine detected the language.
    public var languageConfidence: Float?
    /// The name of the model that was used, as prices have it: a vendor's answer may call it otherwise.
    public var model: String
    public var channels: [Channel]
    /// The vendor's own answer, byte for byte, when it was asked for; nil for engines that have none.
    public var raw: [UInt8]?
    /// True if the engine was asked in the words of its own vendor's protocol: the engine has done what changes words, such as replacements.
    package var isNative = false
    /// Fields of the vendor's answer that Harken does not model, as a JSON object, for clients of that vendor's protocol; nil: none.
    package var vendorFields: [UInt8]?
    /// The client's options that had no effect, by their names in its protocol.
    package var ignoredOptions: [String] = []
    /// Facts about the recording that readers have to know: other sound tracks, holes, a cut.
    package var notices: [RecordingNotice] = []

    public init(
        rate: SampleRate, length: SampleCount, language: LanguageTag, languageConfidence: Float? = nil, model: String, channels: [Channel],
        raw: [UInt8]? = nil
    ) {
        self.rate = rate
        self.length = length
        self.language = language
        self.languageConfidence = languageConfidence
        self.model = model
        self.channels = channels
        self.raw = raw
    }

    /// Returns the displayed text of one channel.
    public func text(of channel: ChannelIndex = .first) -> String {
        guard channels.indices.contains(channel.number) else { return "" }
        return channels[channel.number].words.text
    }
}

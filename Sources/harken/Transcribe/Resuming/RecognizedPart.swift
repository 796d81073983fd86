import LocalEngine
import Speech

/// The beginning of a recording that is recognized. Pure. All positions are at the rate of speech.
struct RecognizedPart: Sendable, Equatable {
    /// Words that an engine reported together. Only a channel's own stretches are in order.
    struct Stretch: Sendable, Equatable {
        var channel: ChannelIndex
        /// At least one word.
        var words: [Word]

        var start: SampleIndex { words.first?.range.start ?? .zero }
        var end: SampleIndex { words.map(\.range.end).max() ?? .zero }
    }

    /// Audio before a word that a recognizer needs, so that it does not lose the word.
    private static let lead = SampleCount(.milliseconds(300), at: .speech)

    private(set) var stretches: [Stretch] = []
    /// All words before this place are in `stretches`.
    private(set) var through = SampleIndex.zero
    /// Length of the recording; nil when it is not known in advance.
    private(set) var length: SampleCount?

    /// Notes the words of the audio up to `through`. Words of other channels may lie behind that place.
    mutating func add(_ stretches: [Stretch], through: SampleIndex, of length: SampleCount?) {
        self.stretches += stretches.filter { !$0.words.isEmpty }
        self.through = through
        self.length = length
    }

    /// The part that the words of the rest can be joined to: it ends where no channel has a stretch, so that no word is lost or doubled at the seam.
    var beforeSeam: RecognizedPart {
        var part = self
        while let crossed = stretches.first(where: { $0.start < part.through && $0.end > part.through }) {
            let before = stretches.filter { $0.channel == crossed.channel && $0.start < crossed.start }.map(\.end).max() ?? .zero
            part.through = min(crossed.start, max(.zero, before, crossed.start - Self.lead))
        }
        part.stretches = stretches.filter { $0.start < part.through }
        return part
    }

    /// The transcript as far as it goes.
    var transcript: Transcript {
        joined(with: Transcript(rate: .speech, length: .zero, language: .english, model: "", channels: []))
    }

    /// Returns the transcript of the whole recording.
    ///
    /// - Parameter rest: the transcript of the audio from `through` on.
    func joined(with rest: Transcript) -> Transcript {
        let count = max(rest.channels.count, stretches.map { $0.channel.number + 1 }.max() ?? 1)
        var whole = rest
        whole.rate = .speech
        whole.length = SampleCount(
            (through - SampleIndex.zero).samples + SampleIndex(rest.length.samples).converted(from: rest.rate, to: .speech).samples)
        whole.channels = (0..<count).map { number in
            let channel = ChannelIndex(number)
            let words = stretches.filter { $0.channel == channel }.flatMap(\.words) + rest.words(of: channel, from: through, at: .speech)
            return Transcript.Channel(words: words, segments: SegmentRule.segments(of: words))
        }
        if hasLanguages, let main = Self.language(of: whole.channels.flatMap(\.words)), main != rest.language {
            whole.language = main
            // The confidence of the rest is in another language.
            whole.languageConfidence = nil
        }
        return whole
    }

    /// True if an engine found out the language of the words.
    private var hasLanguages: Bool { stretches.contains { $0.words.contains { $0.language != nil } } }

    /// Returns the language of most of the speech; nil where no word has a language.
    private static func language(of words: [Word]) -> LanguageTag? {
        var shares = LanguageShares()
        for word in words { if let language = word.language { shares.add(language, word.range.count.samples) } }
        return shares.main
    }

    /// Returns the options for the rest. Where each stretch of speech told its own language, the rest tells its language too; where nobody found one out,
    /// this part was taken for English, and the rest is.
    func options(_ options: RecognitionOptions) -> RecognitionOptions {
        var options = options
        let isOpen = options.language == nil || options.language?.isMulti == true
        if isOpen, !stretches.isEmpty, !hasLanguages { options.language = .english }
        return options
    }
}

extension RecognitionProgress {
    /// Returns the progress of a recording whose first `count` samples the engine was not given.
    func shifted(by count: SampleCount) -> RecognitionProgress {
        switch self {
        case .askedAgain, .answerLost: self
        case .reached(let through, let length, let rate): .reached(through: through + count, of: length.map { $0 + count }, rate: rate)
        case .segment(let channel, let words, let rate):
            .segment(
                channel,
                words: words.map { word in
                    var placed = word
                    placed.range = word.range.shifted(by: count)
                    return placed
                }, rate: rate)
        }
    }
}

import Speech
import TextNormalization

/// A transcript's words in the form that a request asks for.
struct AssemblyAIPrerecordedText {
    struct ShownWord {
        /// The word, with the text that is shown.
        var word: Word
        /// The channel's number, from 0.
        var channel: Int
    }

    /// The words of all channels, sorted by time.
    let words: [ShownWord]
    let rate: SampleRate

    init(_ transcript: Transcript, for request: AssemblyAIPrerecordedRequest) {
        rate = transcript.rate
        var words: [ShownWord] = []
        let normalizer = request.formats ? InverseTextNormalizer(transcript.language) : nil
        let filter = request.hidesProfanity ? ProfanityFilter(transcript.language, own: request.profanity) : nil
        for (channel, content) in transcript.channels.enumerated() {
            // The vendor's own engine has left out and respelled words as the client asked.
            let spelled =
                transcript.isNative
                ? content.words : WordReplacement.apply(request.spelling, to: Self.chosen(content.words, request, transcript.rate))
            let written = normalizer?.written(spelled) ?? spelled
            for word in filter?.filtered(written) ?? written {
                var word = word
                if !request.punctuates { word.text = word.unpunctuated }
                if !request.formats { word.text = word.text.lowercased() }
                words.append(ShownWord(word: word, channel: channel))
            }
        }
        if transcript.channels.count > 1 {
            // Words of one channel keep their order when their times are equal.
            words = words.enumerated().sorted { ($0.element.word.range.start, $0.offset) < ($1.element.word.range.start, $1.offset) }.map(\.element)
        }
        if request.speakerLabels { Self.name(&words) } else { for index in words.indices { words[index].word.speaker = nil } }
        self.words = words
    }

    private static func chosen(_ words: [Word], _ request: AssemblyAIPrerecordedRequest, _ rate: SampleRate) -> [Word] {
        let first = request.startFrom.map { SampleIndex(milliseconds: Int64($0), at: rate) } ?? .zero
        let end = request.endAt.map { SampleIndex(milliseconds: Int64($0), at: rate) }
        guard first > .zero || end != nil else { return words }
        return words.filter { word in word.range.start >= first && end.map { word.range.end <= $0 } ?? true }
    }

    /// Gives every word a speaker: a word without a speaker gets the speaker of the word before. Labels are numbered in order of appearance.
    private static func name(_ words: inout [ShownWord]) {
        var labels: [SpeakerLabel: SpeakerLabel] = [:]
        var last = SpeakerLabel(0)
        for index in words.indices {
            if let speaker = words[index].word.speaker {
                last = labels[speaker] ?? SpeakerLabel(labels.count)
                labels[speaker] = last
            }
            words[index].word.speaker = last
        }
    }

    var text: String { text(of: words[...]) }

    func text(of words: ArraySlice<ShownWord>) -> String { words.lazy.map(\.word).text }

    /// The utterances: what one speaker says on one channel without a long pause, sorted by time.
    var utterances: [[ShownWord]] {
        let channels = Dictionary(grouping: words, by: \.channel)
        let parts = channels.values.flatMap { words in
            Utterances.split(words.map(\.word), rate: rate, pause: .seconds(3)).map { Array(words[$0]) }
        }
        return parts.sorted { ($0[0].word.range.start, $0[0].channel) < ($1[0].word.range.start, $1[0].channel) }
    }

    /// The sentences, as indices into `words`.
    var sentences: [Range<Int>] { Sentences.split(words.map(\.word), rate: rate) }

    var paragraphs: [Range<Int>] {
        Paragraphs.split(words.map(\.word), rate: rate).compactMap { sentences in
            guard let first = sentences.first, let last = sentences.last else { return nil }
            return first.lowerBound..<last.upperBound
        }
    }

    /// Returns the mean of the words' confidences, 0…1; 0 without words.
    static func confidence(of words: ArraySlice<ShownWord>) -> Double {
        words.isEmpty ? 0 : words.reduce(0) { $0 + Double($1.word.confidence) } / Double(words.count)
    }

    func milliseconds(_ index: SampleIndex) -> Int { Int((index.seconds(at: rate) * 1_000).rounded()) }
}

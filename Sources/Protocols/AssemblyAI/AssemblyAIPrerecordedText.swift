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
    private let separatesChannels: Bool

    init(_ transcript: Transcript, for request: AssemblyAIPrerecordedRequest) {
        rate = transcript.rate
        separatesChannels = request.separatesChannels
        var words: [ShownWord] = []
        let rules = request.rules
        for (channel, content) in transcript.channels.enumerated() {
            // The vendor's own engine has left out and respelled words as the client asked.
            let spelled =
                transcript.isNative
                ? content.words : WordReplacement.apply(request.spelling, to: Self.chosen(content.words, request, transcript.rate))
            for word in rules.applied(to: spelled, in: transcript.language) {
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

    /// Gives every word a speaker: a word without a speaker gets the speaker of the word before. Labels are numbered in order of appearance, in each
    /// channel from the first on.
    private static func name(_ words: inout [ShownWord]) {
        var labels: [Int: [SpeakerLabel: SpeakerLabel]] = [:], last: [Int: SpeakerLabel] = [:]
        for index in words.indices {
            let channel = words[index].channel
            if let speaker = words[index].word.speaker {
                let known = labels[channel] ?? [:]
                let label = known[speaker] ?? SpeakerLabel(known.count)
                labels[channel, default: [:]][speaker] = label
                last[channel] = label
            }
            words[index].word.speaker = last[channel] ?? SpeakerLabel(0)
        }
    }

    /// Returns the speaker of a word as clients see it: `A`; where channels are kept apart, the channel's number from 1, `1`, or both, `1A`.
    func speaker(of word: ShownWord) -> String? {
        let letters = word.word.speaker?.letters
        return separatesChannels ? "\(word.channel + 1)\(letters ?? "")" : letters
    }

    /// The words of each channel.
    var channels: [[ShownWord]] { Dictionary(grouping: words, by: \.channel).sorted { $0.key < $1.key }.map(\.value) }

    /// The text. Where there are several channels, a sentence is not mixed with what is said on another channel meanwhile.
    var text: String { text(of: sentences.flatMap(\.self)[...]) }

    func text(of words: ArraySlice<ShownWord>) -> String { words.lazy.map(\.word).text }

    /// The utterances: what one speaker says on one channel without a long pause, sorted by time.
    var utterances: [[ShownWord]] {
        parts { Utterances.split($0, rate: rate, pause: .seconds(3)) }
    }

    /// The sentences, each of one channel, sorted by time.
    var sentences: [[ShownWord]] { parts { Sentences.split($0, rate: rate) } }

    /// The paragraphs, each of one channel, sorted by time.
    var paragraphs: [[ShownWord]] {
        parts { words in
            Paragraphs.split(words, rate: rate).compactMap { sentences in
                guard let first = sentences.first, let last = sentences.last else { return nil }
                return first.lowerBound..<last.upperBound
            }
        }
    }

    /// Returns parts of the channels, sorted by time.
    private func parts(_ split: ([Word]) -> [Range<Int>]) -> [[ShownWord]] {
        let channels = channels
        let parts = channels.flatMap { words in split(words.map(\.word)).map { Array(words[$0]) } }
        guard channels.count > 1 else { return parts }
        return parts.sorted { ($0[0].word.range.start, $0[0].channel) < ($1[0].word.range.start, $1[0].channel) }
    }

    /// The bare words of each channel, with their places in `words`.
    var spoken: [(indices: [Int], words: [String])] {
        Dictionary(grouping: words.indices, by: { words[$0].channel }).values.map { indices in (indices, indices.map { words[$0].word.bare }) }
    }

    /// Returns the places in `words` at which a phrase begins, whose words one channel has one after the other. Each place comes with that of the
    /// phrase's last word.
    ///
    /// - Parameter spoken: the bare words of the text.
    static func places(of phrase: SpokenPhrase, in spoken: [(indices: [Int], words: [String])]) -> [(first: Int, last: Int)] {
        var places: [(first: Int, last: Int)] = []
        for (indices, words) in spoken {
            for start in words.indices {
                if let count = phrase.count(in: words[start...]) { places.append((indices[start], indices[start + count - 1])) }
            }
        }
        return places.sorted { $0.first < $1.first }
    }

    /// Returns the mean of the words' confidences, 0…1; 0 without words.
    static func confidence(of words: ArraySlice<ShownWord>) -> Double {
        words.isEmpty ? 0 : words.reduce(0) { $0 + Double($1.word.confidence) } / Double(words.count)
    }

    func milliseconds(_ index: SampleIndex) -> Int { Int((index.seconds(at: rate) * 1_000).rounded()) }
}

extension AssemblyAIPrerecordedRequest {
    /// The rules for the words' text.
    var rules: WordRules { WordRules(writtenForms: formats ? .readable : [], hidesProfanity: hidesProfanity, profanity: profanity) }
}

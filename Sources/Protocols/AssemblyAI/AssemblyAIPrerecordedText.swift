import Speech

/// A transcript's words as a request wants them shown.
struct AssemblyAIPrerecordedText {
    struct ShownWord {
        /// With the text as shown.
        var word: Word
        /// Counted from 0.
        var channel: Int
    }

    /// Of all channels, by time.
    let words: [ShownWord]
    let rate: SampleRate

    init(_ transcript: Transcript, for request: AssemblyAIPrerecordedRequest) {
        rate = transcript.rate
        var words: [ShownWord] = []
        for (channel, content) in transcript.channels.enumerated() {
            for word in WordReplacement.apply(request.spelling, to: Self.chosen(content.words, request, transcript.rate)) {
                var word = word
                if !request.punctuates { word.text = word.unpunctuated }
                if !request.formats { word.text = word.text.lowercased() }
                words.append(ShownWord(word: word, channel: channel))
            }
        }
        if transcript.channels.count > 1 {
            // The order of a channel's own words stays, also where their times are alike.
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

    /// Every word gets a speaker: one that nothing tells apart belongs to who spoke before. Labels count in order of appearance.
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

    func text(of words: ArraySlice<ShownWord>) -> String { words.map(\.word.text).joined(separator: " ") }

    /// What one speaker says on one channel without a long pause, by time.
    var utterances: [[ShownWord]] {
        let channels = Dictionary(grouping: words, by: \.channel)
        let parts = channels.values.flatMap { words in
            Utterances.split(words.map(\.word), rate: rate, pause: .seconds(3)).map { Array(words[$0]) }
        }
        return parts.sorted { ($0[0].word.range.start, $0[0].channel) < ($1[0].word.range.start, $1[0].channel) }
    }

    /// Indices into `words`.
    var sentences: [Range<Int>] { Sentences.split(words.map(\.word), rate: rate) }

    var paragraphs: [Range<Int>] {
        Paragraphs.split(words.map(\.word), rate: rate).compactMap { sentences in
            guard let first = sentences.first, let last = sentences.last else { return nil }
            return first.lowerBound..<last.upperBound
        }
    }

    /// 0…1; 0 without words.
    static func confidence(of words: ArraySlice<ShownWord>) -> Double {
        words.isEmpty ? 0 : words.reduce(0) { $0 + Double($1.word.confidence) } / Double(words.count)
    }

    func milliseconds(_ index: SampleIndex) -> Int { Int((index.seconds(at: rate) * 1_000).rounded()) }
}

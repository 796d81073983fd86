package import Speech

/// Recognises one window of a recording with Whisper, in one language.
package struct WhisperWindowRecognizer: WindowRecognizing {
    /// Time after the end of speech from which words are invented.
    private static let reach = 8_000
    /// Minimum number of samples of audio that is heard in two parts.
    static let shortestCut = 48_000

    private let recognizer: WhisperRecognizer
    private let code: String
    /// Keeps the model in memory.
    private let use: ModelUse<WhisperRecognizer>?

    /// - Parameter code: the language, one of the model's.
    package init(_ recognizer: WhisperRecognizer, _ code: String) {
        self.recognizer = recognizer
        self.code = code
        use = nil
    }

    init(_ use: ModelUse<WhisperRecognizer>, _ code: String) {
        recognizer = use.model
        self.code = code
        self.use = use
    }

    package var longestWindow: SampleCount { WhisperRecognizer.longest }

    /// The window of 8 s of audio is encoded in 0.23 s of one core, and that of 23 s in 0.6 s.
    static func isLong(_ item: RecordingReader.Item) -> Bool { item.samples.count > 128_000 }

    package func isLong(_ item: RecordingReader.Item) -> Bool { Self.isLong(item) }

    /// A part of a window's audio, and its text.
    struct HeardPart {
        var range: Range<Int>
        var decoded: WhisperDecoded
    }

    package func recognize(_ item: RecordingReader.Item, mayContinue: () -> Bool) throws(InferenceError) -> RecognizedWindow? {
        let parts = try Self.hear(item.samples.indices, of: item.samples) { (range) throws(InferenceError) in
            try recognizer.decode(item.samples.span.extracting(range), language: code, mayContinue: mayContinue)
        }
        return parts.map { Self.window(of: $0, item, LanguageTag(code)) }
    }

    /// Returns the text of a range of the samples, in two parts where one text cannot have all words; nil when the work was cancelled.
    static func hear(
        _ range: Range<Int>, of samples: [Float], _ decode: (Range<Int>) throws(InferenceError) -> WhisperDecoded
    ) throws(InferenceError) -> [HeardPart]? {
        let decoded = try decode(range)
        guard decoded.stop != .cancelled else { return nil }
        guard decoded.isFull, range.count >= shortestCut else { return [HeardPart(range: range, decoded: decoded)] }
        let cut = range.lowerBound + WindowRecognizer.quietest(Array(samples[range]))
        guard let first = try hear(range.lowerBound..<cut, of: samples, decode), let second = try hear(cut..<range.upperBound, of: samples, decode)
        else { return nil }
        return first + second
    }

    /// Returns the words of the texts on the recording's timeline. Words do not overlap.
    static func window(of parts: [HeardPart], _ item: RecordingReader.Item, _ language: LanguageTag) -> RecognizedWindow {
        let texts = parts.map(\.decoded), tokens = texts.reduce(0) { $0 + $1.tokens.count }
        let mean = tokens == 0 ? texts.first?.mean ?? 0 : texts.reduce(0) { $0 + $1.mean * Float($1.tokens.count) } / Float(tokens)
        // The text is the likeliest one, not one that was drawn.
        let measures = RecognizerMeasures(
            noSpeech: texts.compactMap(\.noSpeech).min().map { Double($0) }, meanLogProbability: Double(mean), temperature: 0, seek: item.window.seek)
        var window = RecognizedWindow(words: [], measures)
        guard let first = item.window.speech.first, let last = item.window.speech.last else { return window }
        let origin = item.window.audio.start
        let speech = Int((first.start - origin).samples)..<Int((last.end - origin).samples)
        var floor = 0
        for part in parts {
            let start = part.range.lowerBound, spoken = speech.clamped(to: part.range)
            let ranges = ranges(of: part.decoded, in: spoken.lowerBound - start..<spoken.upperBound - start)
            for (word, range) in zip(part.decoded.words, ranges) {
                guard let range else { continue }
                let begin = max(floor, start + range.lowerBound), end = max(begin + 1, start + range.upperBound)
                floor = end
                var placed = Word(
                    word.text, SampleRange(origin + SampleCount(begin), origin + SampleCount(end)), confidence: word.confidence, language: language)
                if let blank = word.blankBefore { placed.blankBefore = blank }
                window.words.append(placed)
                window.tokens.append(part.decoded.tokens[word.tokens].map { Int($0.token.id) })
            }
        }
        return window
    }

    /// Returns each word's range; nil for a word behind the speech, which the model invented.
    ///
    /// - Parameter speech: the range of the speech in the window's audio.
    static func ranges(of decoded: WhisperDecoded, in speech: Range<Int>) -> [Range<Int>?] {
        guard let starts = decoded.starts, starts.count > decoded.tokens.count else {
            return ProportionalTimes.ranges(of: decoded.words.map(\.text), in: speech)
        }
        var floor = speech.lowerBound
        return decoded.words.map { word in
            // The first word of a text seems to begin at once, also where there is silence before it.
            let start = max(floor, starts[word.tokens.lowerBound])
            guard start < speech.upperBound + reach else { return nil }
            let end = max(start + 1, min(starts[word.tokens.upperBound], speech.upperBound + reach))
            floor = end
            return start..<end
        }
    }
}

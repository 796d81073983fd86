import Speech

/// Recognises one window of a recording with Whisper, in one language.
package struct WhisperWindowRecognizer: WindowRecognizing {
    /// Time after the end of speech from which words are invented.
    private static let reach = 8_000

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

    package func recognize(_ item: RecordingReader.Item, mayContinue: () -> Bool) throws(InferenceError) -> RecognizedWindow? {
        let decoded = try recognizer.decode(item.samples.span, language: code, mayContinue: mayContinue)
        guard decoded.stop != .cancelled else { return nil }
        // The text is the likeliest one, not one that was drawn.
        let measures = RecognizerMeasures(
            noSpeech: decoded.noSpeech.map { Double($0) }, meanLogProbability: Double(decoded.mean), temperature: 0, seek: item.window.seek)
        var window = RecognizedWindow(words: [], measures)
        guard let first = item.window.speech.first, let last = item.window.speech.last else { return window }
        let origin = item.window.audio.start
        let speech = Int((first.start - origin).samples)..<Int((last.end - origin).samples)
        for (word, range) in zip(decoded.words, Self.ranges(of: decoded, in: speech)) {
            guard let range else { continue }
            var placed = Word(
                word.text, SampleRange(origin + SampleCount(range.lowerBound), origin + SampleCount(range.upperBound)),
                confidence: word.confidence, language: LanguageTag(code))
            if let blank = word.blankBefore { placed.blankBefore = blank }
            window.words.append(placed)
            window.tokens.append(decoded.tokens[word.tokens].map { Int($0.token.id) })
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

import Speech

/// Recognises one window of a recording: decodes it, tries again when the result cannot be right, and finds the words' times.
package struct WindowRecognizer: WindowRecognizing {
    package struct Configuration: Sendable, Equatable {
        /// True: the aligner gives the words' times. False: the times are in proportion to the letters.
        package var alignsWords = true
        /// True: a result that cannot be right is tried again with other cuts.
        package var retries = true

        package init() {}
    }

    /// Number of samples of silence on both sides of the audio in a second try.
    private static let padding = 8_000
    /// Minimum number of samples of audio that is cut in two.
    private static let shortestCut = 48_000

    private let recognizer: Recognizer
    private let aligner: WordAligner?
    /// The key terms; nil when there are none.
    private let terms: KeyTermList?
    package var configuration: Configuration

    package init(_ recognizer: Recognizer, _ aligner: WordAligner?, terms: KeyTermList? = nil, _ configuration: Configuration = .init()) {
        self.terms = terms
        self.recognizer = recognizer
        self.aligner = aligner
        self.configuration = configuration
    }

    /// Returns the words in `item` and what is known of them; nil when `mayContinue` returned false. The model has no probability of silence, so the
    /// voice detector's stands for it.
    package func recognize(_ item: RecordingReader.Item, mayContinue: () -> Bool) throws(InferenceError) -> RecognizedWindow? {
        guard let words = try decode(item.samples, mayContinue) else { return nil }
        return window(of: words, item)
    }

    /// The first try at a window.
    struct FirstTry: Sendable {
        /// The text as it was heard.
        var heard: Decoded
        /// The text with the key terms that sound like it.
        var decoded: Decoded
    }

    /// Makes the first try at a window; nil when `mayContinue` returned false.
    func firstTry(_ samples: [Float], mayContinue: () -> Bool) throws(InferenceError) -> FirstTry? {
        guard let heard = try recognizer.hear(samples.span, keepsScores: terms != nil, mayContinue: mayContinue) else { return nil }
        let decoded = if let look { try recognizer.lookAgain(at: heard, look, mayContinue: mayContinue) } else { heard.decoded }
        return decoded.stop == .cancelled ? nil : FirstTry(heard: heard.decoded, decoded: decoded)
    }

    /// Returns the window with the words of its text, and their times.
    func window(of words: [DecodedWord], _ item: RecordingReader.Item) -> RecognizedWindow {
        let measures = RecognizerMeasures(noSpeech: item.speechProbability.map { Double(1 - $0) }, temperature: 0, seek: item.window.seek)
        return RecognizedWindow(words: place(words, item), measures)
    }

    private var look: KeyTermLook? { terms.map { KeyTermLook($0.compiled) } }

    private func decode(_ samples: [Float], _ mayContinue: () -> Bool) throws(InferenceError) -> [DecodedWord]? {
        try settle(recognizer.decode(samples.span, look: look, mayContinue: mayContinue), samples, mayContinue)
    }

    /// Returns the words of the first try, or of further tries when the first cannot be right; nil when `mayContinue` returned false.
    func settle(_ decoded: Decoded, _ samples: [Float], _ mayContinue: () -> Bool) throws(InferenceError) -> [DecodedWord]? {
        switch decoded.stop {
        case .cancelled: return nil
        case .end where !decoded.words.isEmpty || !configuration.retries: return decoded.words
        case .end: return try decodeAgain(samples, mayContinue)
        case .repetition, .budget:
            guard configuration.retries, samples.count >= Self.shortestCut else { return decoded.words }
            return try decodeHalves(samples, mayContinue)
        }
    }

    /// Decodes speech again that gave no words: first with silence around it, then in two parts.
    private func decodeAgain(_ samples: [Float], _ mayContinue: () -> Bool) throws(InferenceError) -> [DecodedWord]? {
        let silence = [Float](repeating: 0, count: Self.padding)
        let padded = try recognizer.decode((silence + samples + silence).span, look: look, mayContinue: mayContinue)
        guard padded.stop != .cancelled else { return nil }
        if padded.stop == .end, !padded.words.isEmpty { return padded.words }
        guard samples.count >= Self.shortestCut else { return [] }
        return try decodeHalves(samples, mayContinue)
    }

    private func decodeHalves(_ samples: [Float], _ mayContinue: () -> Bool) throws(InferenceError) -> [DecodedWord]? {
        let cut = Self.quietest(samples)
        guard let first = try decode(Array(samples[..<cut]), mayContinue) else { return nil }
        guard let second = try decode(Array(samples[cut...]), mayContinue) else { return nil }
        return first + second
    }

    /// Returns the middle of the quietest 100 ms of the middle third.
    static func quietest(_ samples: [Float]) -> Int {
        let width = 1_600
        let starts = stride(from: samples.count / 3, to: samples.count * 2 / 3, by: width / 4)
        func power(_ start: Int) -> Float { samples[start..<min(start + width, samples.count)].reduce(0) { $0 + $1 * $1 } }
        return (starts.map { ($0, power($0)) }.min { $0.1 < $1.1 }?.0 ?? samples.count / 2) + width / 2
    }

    private func place(_ words: [DecodedWord], _ item: RecordingReader.Item) -> [Word] {
        guard !words.isEmpty, let first = item.window.speech.first, let last = item.window.speech.last else { return [] }
        let origin = item.window.audio.start
        let speech = Int((first.start - origin).samples)..<Int((last.end - origin).samples)
        let texts = words.map(\.text)
        let ranges =
            if let aligner, configuration.alignsWords {
                aligner.align(texts, in: item.samples, speech: speech)
            } else {
                ProportionalTimes.ranges(of: texts, in: speech)
            }
        return zip(words, ranges).map { word, range in
            Word(
                word.text, SampleRange(origin + SampleCount(range.lowerBound), origin + SampleCount(range.upperBound)),
                confidence: word.confidence, heard: word.mark?.heard)
        }
    }
}

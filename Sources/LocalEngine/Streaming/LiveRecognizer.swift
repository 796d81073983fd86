import Speech

/// Recognises a stretch of a channel's audio in the channel's language: interims in any language, which they may tell, and finals in other languages than
/// English.
struct LiveRecognizer: Sendable {
    /// Speech from which the language is told whatever the model thinks of it, and speech from which it is told when the model is sure.
    private static let enough = IdentifiedLanguage.speech, little = SampleCount(.milliseconds(1_500), at: .speech)
    private static let sure: Float = 0.9

    private let models: LocalModels
    private let language: LiveLanguage

    init(_ models: LocalModels, _ language: LiveLanguage) {
        self.models = models
        self.language = language
    }

    /// Recognises the audio of an interim; nil when `mayContinue` returned false. While the language is not known, an interim has no words.
    func recognize(_ request: SegmentRequest, _ samples: [Float], mayContinue: () -> Bool) throws(InferenceError) -> SegmentResult? {
        guard let others = language.others?.model else { return try english(request, samples, mayContinue) }
        switch language.state {
        case .english: return try english(request, samples, mayContinue)
        case .other(let code): return try other(code, others, request, samples, mayContinue)
        case .unknown:
            guard let heard = try identify(request, samples, others) else { return SegmentResult(words: []) }
            var result: SegmentResult?
            switch language.state(of: heard.primary) {
            case .other(let code): result = try other(code, others, request, samples, mayContinue)
            case .english, .unknown: result = try english(request, samples, mayContinue)
            }
            if let words = result?.words.indices { for index in words { result?.words[index].language = heard } }
            return result
        }
    }

    /// Returns the language of the segment; nil when there is too little speech to tell.
    private func identify(_ request: SegmentRequest, _ samples: [Float], _ others: WhisperRecognizer) throws(InferenceError) -> LanguageTag? {
        let start = Int((request.speech.start - request.audio.start).samples), end = Int((request.speech.end - request.audio.start).samples)
        let speech = Array(samples.dropFirst(max(0, start)).prefix(max(0, end - start)))
        guard request.speech.count >= Self.little, let heard = try others.identify(speech.span, among: language.among) else { return nil }
        return request.speech.count >= Self.enough || heard.confidence >= Self.sure ? heard.language : nil
    }

    private func english(_ request: SegmentRequest, _ samples: [Float], _ mayContinue: () -> Bool) throws(InferenceError) -> SegmentResult? {
        // Closing punctuation at the beginning of the prefix belonged to words before.
        let prefix = Array(request.prefix.drop(while: models.recognizer.isClosing))
        let decoded = try models.recognizer.decode(samples.span, prefix: prefix, mayContinue: mayContinue)
        guard decoded.stop != .cancelled, mayContinue() else { return nil }
        let ranges = times(of: decoded.words.map(\.text), in: samples, request)
        var next = 0
        let words = zip(decoded.words, ranges).map { word, range in
            // Punctuation in front of a word goes with the word's tokens, so that a later request begins with it as well.
            defer { next = word.tokens.upperBound }
            return SegmentResult.Word(
                text: word.text, confidence: word.confidence, tokens: decoded.tokens[next..<word.tokens.upperBound].map(\.token), range: range,
                language: language.isFound ? .english : nil)
        }
        return SegmentResult(words: words, isSuspect: decoded.stop != .end || words.isEmpty)
    }

    /// Returns the times of an interim's words: exact ones where they are wanted, otherwise in proportion to their letters.
    private func times(of texts: [String], in samples: [Float], _ request: SegmentRequest) -> [SampleRange] {
        let origin = request.audio.start
        if request.timesInterim, !texts.isEmpty, let exact = models.aligner?.place(texts, in: samples) {
            return exact.map { SampleRange(origin + SampleCount($0.lowerBound), origin + SampleCount($0.upperBound)) }
        }
        return ProportionalTimes.ranges(of: texts, in: request.speech)
    }

    /// Recognizes the request in a language of the other model; nil when `mayContinue` returned false.
    func other(
        _ code: String, _ others: WhisperRecognizer, _ request: SegmentRequest, _ samples: [Float], _ mayContinue: () -> Bool
    ) throws(InferenceError) -> SegmentResult? {
        // Words before the segment are heard again only if the segment seems to have none: this model knows how a text begins without them.
        let isDraft = request.purpose == .interim
        let origin = request.heard.end - SampleCount(samples.count)
        let whole = try WholeHearing.recognize(request) { (audio, speech, prefix) throws(InferenceError) in
            let own = Array(samples.prefix(Int((audio.end - origin).samples)).suffix(Int(audio.count.samples)))
            let decoded = try others.decode(
                own.span, language: code, prefix: prefix, isDraft: isDraft, isTimed: request.timesInterim, mayContinue: mayContinue)
            guard decoded.stop != .cancelled else { return nil }
            return WholeHearing.Heard(decoded, words: Self.words(decoded, audio, speech, code))
        }
        return whole.map { SegmentResult(words: $0.words, isSuspect: $0.isDoubtful) }
    }

    private static func words(_ decoded: WhisperDecoded, _ audio: SampleRange, _ speech: SampleRange, _ code: String) -> [SegmentResult.Word] {
        let spoken = Int((speech.start - audio.start).samples)..<Int((speech.end - audio.start).samples)
        return zip(decoded.words, WhisperWindowRecognizer.ranges(of: decoded, in: spoken)).compactMap { word, range in
            range.map { range in
                SegmentResult.Word(
                    text: word.text, confidence: word.confidence, tokens: decoded.tokens[word.tokens].map(\.token),
                    range: SampleRange(audio.start + SampleCount(range.lowerBound), audio.start + SampleCount(range.upperBound)),
                    language: LanguageTag(code), blankBefore: word.blankBefore)
            }
        }
    }
}

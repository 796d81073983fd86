import Speech

/// Recognises a stretch of a channel's audio: interims in any language, and finals in other languages than English.
struct LiveRecognizer: Sendable {
    private let models: LocalModels
    private let language: LiveLanguage

    init(_ models: LocalModels, _ language: LiveLanguage) {
        self.models = models
        self.language = language
    }

    /// Recognises the audio of an interim; nil when `mayContinue` returned false. Where the client named no language, the interim is English: one that no
    /// utterance before was in has words only if it is plain.
    func recognize(_ request: SegmentRequest, _ samples: [Float], mayContinue: () -> Bool) throws(InferenceError) -> SegmentResult? {
        switch language {
        case .english: return try english(request, samples, nil, mayContinue).map { $0.result }
        case .other(let code, let whisper): return try other(code, whisper.model, request, samples, mayContinue)
        case .open:
            guard let read = try english(request, samples, .english, mayContinue) else { return nil }
            guard request.language.code == nil else { return read.result }
            let isPlain = UtteranceLanguage(read.decoded, sampleCount: samples.count).knownVerdict(LanguageRule()) != nil
            return isPlain ? read.result : SegmentResult(words: [])
        }
    }

    /// Recognizes the request as English; nil when `mayContinue` returned false.
    ///
    /// - Parameter language: the language that the words say; nil: none.
    private func english(
        _ request: SegmentRequest, _ samples: [Float], _ language: LanguageTag?, _ mayContinue: () -> Bool
    ) throws(InferenceError) -> (result: SegmentResult, decoded: Decoded)? {
        // Closing punctuation at the beginning of the prefix belonged to words before.
        let prefix = Array(request.prefix.drop(while: models.recognizer.isClosing))
        let decoded = try models.recognizer.decode(samples.span, prefix: prefix, draft: request.draft, mayContinue: mayContinue)
        guard decoded.stop != .cancelled, mayContinue() else { return nil }
        let ranges = times(of: decoded.words.map(\.text), in: samples, request)
        var next = 0
        let words = zip(decoded.words, ranges).map { word, range in
            // Punctuation in front of a word goes with the word's tokens, so that a later request begins with it as well.
            defer { next = word.tokens.upperBound }
            return SegmentResult.Word(
                text: word.text, confidence: word.confidence, tokens: decoded.tokens[next..<word.tokens.upperBound].map(\.token), range: range,
                language: language)
        }
        return (SegmentResult(words: words, isSuspect: decoded.stop != .end || words.isEmpty), decoded)
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
    ///
    /// - Parameter first: the text of the request's audio in one try, where that try has been made.
    func other(
        _ code: String, _ others: WhisperRecognizer, _ request: SegmentRequest, _ samples: [Float], first: WhisperDecoded? = nil,
        _ mayContinue: () -> Bool
    ) throws(InferenceError) -> SegmentResult? {
        // Words before the segment are heard again only if the segment seems to have none: this model knows how a text begins without them.
        let isDraft = request.purpose == .interim
        let origin = request.heard.end - SampleCount(samples.count)
        let whole = try WholeHearing.recognize(request) { (audio, speech, prefix) throws(InferenceError) in
            if let first, audio == request.audio, prefix == request.prefix {
                return WholeHearing.Heard(first, words: Self.words(first, audio, speech, code))
            }
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

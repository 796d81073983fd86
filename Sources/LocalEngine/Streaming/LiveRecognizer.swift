import Speech

/// Recognises one segment of a stream in the stream's language, which the segment may tell.
struct LiveRecognizer: Sendable {
    /// Speech from which the language is told whatever the model thinks of it, and speech from which it is told when the model is sure.
    private static let enough = IdentifiedLanguage.speech, little = SampleCount(.milliseconds(1_500), at: .speech)
    private static let sure: Float = 0.9

    private let models: LocalModels
    private let language: LiveLanguage
    private let terms: KeyTermList?

    /// - Parameter terms: the key terms of the stream; nil when there are none.
    init(_ models: LocalModels, _ language: LiveLanguage, _ terms: KeyTermList?) {
        self.models = models
        self.language = language
        self.terms = terms
    }

    /// Recognises the request's segment; nil when `mayContinue` returned false. While the language is not known, an interim has no words.
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
            result?.found = heard
            if let words = result?.words.indices { for index in words { result?.words[index].language = heard } }
            return result
        }
    }

    /// Returns the language of the segment; nil when there is too little speech to tell.
    private func identify(_ request: SegmentRequest, _ samples: [Float], _ others: WhisperRecognizer) throws(InferenceError) -> LanguageTag? {
        let start = Int((request.speech.start - request.audio.start).samples), end = Int((request.speech.end - request.audio.start).samples)
        let own = samples.suffix(Int(request.audio.count.samples))
        let speech = Array(own.dropFirst(max(0, start)).prefix(max(0, end - start)))
        guard request.speech.count >= Self.little || request.purpose != .interim, let heard = try others.identify(speech.span, among: language.among)
        else { return nil }
        let isEnough = request.purpose != .interim || request.speech.count >= Self.enough
        return isEnough || heard.confidence >= Self.sure ? heard.language : nil
    }

    private func english(_ request: SegmentRequest, _ samples: [Float], _ mayContinue: () -> Bool) throws(InferenceError) -> SegmentResult? {
        var result = try SegmentRecognizer(models, terms: terms).recognize(request, samples, mayContinue: mayContinue)
        if language.isFound, let words = result?.words.indices { for index in words { result?.words[index].language = .english } }
        return result
    }

    /// Recognizes the request in a language of the other model; nil when `mayContinue` returned false.
    func other(
        _ code: String, _ others: WhisperRecognizer, _ request: SegmentRequest, _ samples: [Float], _ mayContinue: () -> Bool
    ) throws(InferenceError) -> SegmentResult? {
        // Words before the segment are heard again only if the segment seems to have none: this model knows how a text begins without them.
        let isDraft = request.purpose == .interim
        let origin = request.heard.end - SampleCount(samples.count)
        var isTimed = false
        let whole = try WholeHearing.recognize(request) { (audio, speech, prefix) throws(InferenceError) in
            let own = Array(samples.prefix(Int((audio.end - origin).samples)).suffix(Int(audio.count.samples)))
            let decoded = try others.decode(
                own.span, language: code, prefix: prefix, isDraft: isDraft, isTimed: request.timesInterim, mayContinue: mayContinue)
            guard decoded.stop != .cancelled else { return nil }
            isTimed = decoded.starts != nil
            return WholeHearing.Heard(decoded, words: Self.words(decoded, audio, speech, code))
        }
        guard let heard = whole else { return nil }
        let own = Array(samples.suffix(Int(request.audio.count.samples)))
        let seams = request.purpose == .cut && isTimed ? SegmentRecognizer.seams(between: heard.words, in: own, from: request.audio.start) : []
        return SegmentResult(words: heard.words, isSuspect: heard.isDoubtful, seams: seams)
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

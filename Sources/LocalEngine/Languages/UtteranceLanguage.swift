import Speech

/// An utterance whose language nobody named, as the models heard it. Asks the models what the rule wants to know, on the calling thread; recorded and
/// live speech have the same rule and the same questions.
struct UtteranceLanguage: Sendable {
    private static let english = LanguageTag.english.primary
    /// Mean of the English text by a model that does not know English: the middle between those of English speech (−1.2) and of other speech (−3.2).
    private static let noForced: Float = -2.2

    private(set) var evidence: LanguageEvidence
    /// The texts by the model for all languages, by the languages' codes. Most have no times yet.
    private var texts: [String: WhisperDecoded] = [:]
    /// True if that model hears no speech.
    private(set) var isSilent = false

    /// - Parameters:
    ///   - heard: the utterance as English, as it was heard, by the model that hears nothing else.
    ///   - sampleCount: number of samples of the utterance at 16 kHz.
    init(_ heard: Decoded, sampleCount: Int) {
        evidence = LanguageEvidence(
            seconds: Double(sampleCount) / Double(Recognizer.rate.hertz),
            english: TriedText(heard.text, mean: heard.mean, hasEnded: heard.stop == .end))
    }

    /// Returns the verdict that needs nothing but what is known already; nil: the model for all languages has to be asked.
    func knownVerdict(_ rule: LanguageRule) -> LanguageRule.Verdict? {
        if case .found(let verdict) = rule.next(evidence) { verdict } else { nil }
    }

    /// Asks the model for all languages until the rule can tell, and returns the verdict; nil when `mayContinue` returned false.
    mutating func verdict(_ rule: LanguageRule, _ ear: inout WhisperEar, _ mayContinue: () -> Bool) throws(InferenceError) -> LanguageRule.Verdict? {
        while true {
            switch rule.next(evidence) {
            case .found(let verdict): return verdict
            case .ask(let question):
                guard mayContinue() else { return nil }
                isSilent = try ear.hearing().isSilent
                guard try answer(question, &ear, mayContinue) else { return nil }
            }
        }
    }

    private mutating func answer(
        _ question: LanguageRule.Question, _ ear: inout WhisperEar, _ mayContinue: () -> Bool
    ) throws(InferenceError) -> Bool {
        let text = evidence.english.text, model = ear.model, hearing = try ear.hearing()
        switch question {
        case .head: evidence.head = try model.languages(of: hearing)
        case .forced:
            let knowsEnglish = model.facts.languages[Self.english] != nil
            evidence.forced = text.isEmpty ? -6 : knowsEnglish ? try model.score(text, of: hearing, language: Self.english) : Self.noForced
        case .text(let code):
            guard model.facts.languages[code] != nil else {
                // A model that does not know the language has no text in it.
                evidence.texts[code] = TriedText("", mean: -2, hasEnded: false)
                return true
            }
            let first = try model.decode(hearing, language: code, mayContinue: mayContinue)
            var decoded = first
            if first.firstHalf != nil {
                if hearing.isSilent {
                    decoded = WhisperDecoded(stop: .end)
                } else {
                    decoded = try model.settle(first, ear.samples.span, language: code, mayContinue: mayContinue)
                }
            }
            guard first.stop != .cancelled, decoded.stop != .cancelled else { return false }
            texts[code] = decoded
            evidence.texts[code] = Self.evidence(decoded, after: first)
        }
        return true
    }

    /// Returns the text in a language that the model wrote when it was asked, with the times of its tokens; nil: it was not asked, the text cannot be
    /// right, or there is no speech.
    func text(in code: String, _ ear: inout WhisperEar) throws(InferenceError) -> WhisperDecoded? {
        guard let text = texts[code], !text.isDoubtful, !isSilent else { return nil }
        guard text.starts == nil, !text.tokens.isEmpty else { return text }
        return try ear.model.timed(text, of: ear.hearing(), language: code)
    }

    /// Returns the text as evidence. An empty text of a second try is none: the mean stays that of the first try.
    static func evidence(_ decoded: WhisperDecoded, after first: WhisperDecoded) -> TriedText {
        let isLost = decoded.words.isEmpty && !first.words.isEmpty
        let hasEnded = decoded.stop == .end || decoded.isBeginning
        var text = TriedText(decoded.text, mean: isLost ? first.mean : decoded.mean, hasEnded: hasEnded && !isLost)
        text.repeatsItself = RepeatedText.isLoop(text.text)
        return text
    }

    /// Returns what is known of the utterance if it has no words: there is no speech only if the English model has none either.
    ///
    /// - Parameter isSilent: true if the model for all languages hears no speech.
    func foundWithoutWords(isSilent: Bool) -> FoundLanguage { isSilent && evidence.english.text.isEmpty ? .nothing : .unknown }
}

extension WhisperDecoded {
    var text: String {
        words.reduce(into: "") { text, word in WordSpacing.append(word.text, blank: word.blankBefore, to: &text) }
    }
}

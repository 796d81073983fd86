package import Speech

/// A question about a live stream's audio that a model answers. The answer depends on the question and the samples alone.
package enum LiveQuestion: Hashable, Sendable {
    /// Which words are spoken in this audio? The driver reads the audio freely, without any forced beginning. `draft` has the tokens that an earlier
    /// reading found in the beginning of this audio: those that this reading finds too save the decoder a step each.
    case words(in: SampleRange, LanguageHint = .ofStream, draft: [Token] = [])
    /// When are these words spoken in this audio? `speech` is the part of the audio that the voice detector calls speech.
    case times(of: [String], in: SampleRange, speech: SampleRange, LanguageHint = .ofStream)
    /// Which key terms of the list with this number sound like some of these words? The words are spoken at the end of this audio.
    case terms(list: Int, of: [String], in: SampleRange)
    /// How probable is it that the turn is complete at the end of this audio?
    case completeness(SampleRange)

    /// The audio that the answer needs.
    package var audio: SampleRange {
        switch self {
        case .words(let audio, _, _), .completeness(let audio): audio
        case .times(_, let audio, _, _), .terms(_, _, let audio): audio
        }
    }
}

extension LiveQuestion {
    /// Returns the question for the words in this audio. A reading that has to tell its language has no draft.
    ///
    /// - Parameter earlier: the words that earlier readings have found in the beginning of this audio.
    static func reading(of audio: SampleRange, _ hint: LanguageHint, earlier: [LiveWord]) -> LiveQuestion {
        switch hint {
        case .open: .words(in: audio, hint)
        // Behind a word without tokens, nothing is known of the tokens.
        case .ofStream, .decided: .words(in: audio, hint, draft: earlier.prefix { !$0.tokens.isEmpty }.flatMap(\.tokens))
        }
    }

    /// Returns the number of tokens of the draft that the answer begins with; 0 for other questions than those for words.
    package func rightTokens(in answer: LiveAnswer) -> Int {
        guard case .words(_, _, let draft) = self, case .words(let words, _) = answer else { return 0 }
        return zip(draft, words.flatMap(\.tokens)).prefix { $0 == $1 }.count
    }
}

/// The answer to a question of the same kind.
package enum LiveAnswer: Sendable, Equatable {
    /// `found` is the language that the audio told; nil: nobody asked for it.
    case words([LiveWord], found: FoundLanguage? = nil)
    /// One range for each word, in the stream's positions.
    case times([SampleRange])
    /// The terms to put in, without overlaps.
    case terms([LiveTerm])
    /// 0…1; nil when there is no model to ask.
    case completeness(Float?)
}

/// The error of a step that needs an answer that is not there yet.
package struct MissingAnswer: Error, Equatable {
    package var question: LiveQuestion
}

/// The answers that are known.
package struct LiveAnswers: Sendable {
    private var given: [LiveQuestion: LiveAnswer] = [:]

    package init() {}

    package subscript(question: LiveQuestion) -> LiveAnswer? {
        get { given[question] }
        set { given[question] = newValue }
    }

    /// Drops the answers to all questions but these.
    package mutating func keep(_ questions: Set<LiveQuestion>) {
        guard !given.isEmpty else { return }
        given = given.filter { questions.contains($0.key) }
    }

    /// - Parameter earlier: the words that earlier readings have found in the beginning of this audio. They are in the question, since a model may
    ///   read a little differently with other words. Each step that asks for the audio therefore names the same words.
    func words(in audio: SampleRange, _ hint: LanguageHint, earlier: [LiveWord]) throws(MissingAnswer) -> [LiveWord] {
        try reading(of: audio, hint, earlier: earlier).words
    }

    /// Returns the words that answer a question for words.
    func words(_ question: LiveQuestion) throws(MissingAnswer) -> [LiveWord] { try reading(question).words }

    /// Returns the language of audio whose language is open; nil: nobody can tell it.
    func language(of audio: SampleRange, _ hint: LanguageHint) throws(MissingAnswer) -> String? {
        if case .language(let tag, _, _)? = try reading(of: audio, hint, earlier: []).found { tag.primary } else { nil }
    }

    private func reading(
        of audio: SampleRange, _ hint: LanguageHint, earlier: [LiveWord]
    ) throws(MissingAnswer) -> (words: [LiveWord], found: FoundLanguage?) {
        try reading(.reading(of: audio, hint, earlier: earlier))
    }

    private func reading(_ question: LiveQuestion) throws(MissingAnswer) -> (words: [LiveWord], found: FoundLanguage?) {
        guard !question.audio.isEmpty else { return ([], nil) }
        guard case .words(let words, let found)? = given[question] else { throw MissingAnswer(question: question) }
        return (words, found)
    }

    func times(of words: [LiveWord], in audio: SampleRange, speech: SampleRange, _ hint: LanguageHint) throws(MissingAnswer) -> [SampleRange] {
        guard !words.isEmpty else { return [] }
        let question = LiveQuestion.times(of: words.map(\.text), in: audio, speech: speech, hint)
        guard case .times(let times)? = given[question] else { throw MissingAnswer(question: question) }
        // An answer that is too short would leave words without times.
        return times + [SampleRange](repeating: speech, count: max(0, words.count - times.count))
    }

    /// - Parameter list: the number of the stream's list of key terms; nil: there are none.
    func terms(list: Int?, of words: [LiveWord], in audio: SampleRange) throws(MissingAnswer) -> [LiveTerm] {
        guard let list, !words.isEmpty else { return [] }
        let question = LiveQuestion.terms(list: list, of: words.map(\.text), in: audio)
        guard case .terms(let terms)? = given[question] else { throw MissingAnswer(question: question) }
        return terms
    }

    func completeness(_ audio: SampleRange) throws(MissingAnswer) -> Float? {
        guard case .completeness(let probability)? = given[.completeness(audio)] else { throw MissingAnswer(question: .completeness(audio)) }
        return probability
    }
}

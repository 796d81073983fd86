import Speech

/// The languages of a stream whose client named none: each window tells its own.
extension LiveCore {
    /// The only language whose committed words are heard again: the model for other languages knows how a text begins without the words before it.
    private static let english = LanguageTag.english.primary

    /// Returns what is known of the language of a window.
    func hint(of window: OpenWindow) -> LanguageHint {
        guard findsLanguage else { return .ofStream }
        return window.language.map(LanguageHint.decided) ?? .open(after: former)
    }

    /// Returns the language in which words were read.
    func hint(of words: [LiveWord]) -> LanguageHint {
        guard findsLanguage else { return .ofStream }
        return Self.language(of: words).map(LanguageHint.decided) ?? .open(after: former)
    }

    /// Returns what is known of the language of speech that follows words behind a pause: it may be another one.
    func hint(behind words: [LiveWord]) -> LanguageHint { findsLanguage ? .open(after: Self.language(of: words) ?? former) : .ofStream }

    /// Returns the code of the language that words tell; nil: they tell none.
    static func language(of words: [LiveWord]) -> String? { words.lazy.compactMap { $0.language?.primary }.first }

    /// Returns the start of the committed words that are heard again with the window, and what is known of the language of both; nil: the window is read
    /// alone. A reading of two languages at once would have wrong words.
    func context(of open: OpenWindow, _ own: SampleRange, _ answers: LiveAnswers) throws(MissingAnswer) -> (SampleIndex, LanguageHint)? {
        guard let start = known.start else { return nil }
        guard findsLanguage else { return (start, .ofStream) }
        let language: String? = if let decided = open.language { decided } else { try answers.language(of: own, hint(of: open)) }
        return language == Self.english ? (start, .decided(Self.english)) : nil
    }

    /// Returns the start of the committed words that an interim in this language hears again; nil: there are none.
    func knownStart(for language: LanguageHint) -> SampleIndex? {
        language == .ofStream || language.code ?? Self.english == Self.english ? known.start : nil
    }

    /// Fixes the language of the open window once a reading of enough speech has told it. Later readings of the window do not ask again.
    ///
    /// - Parameter end: end of the audio that was read.
    mutating func fixLanguage(through end: SampleIndex, _ answers: LiveAnswers) throws(MissingAnswer) {
        guard findsLanguage, let open = window, open.language == nil, end - max(open.start, open.speech) >= timing.tellingSpeech else { return }
        let language = try answers.language(of: SampleRange(open.start, end), hint(of: open))
        window?.language = language
    }

    /// Asks for the language of speech that goes on, as soon as there is enough of it, and again after as much more while nobody can tell.
    mutating func hearLanguage(_ open: OpenWindow, _ answers: LiveAnswers) throws(MissingAnswer) {
        let here = position
        guard findsLanguage, open.language == nil, here - (open.asked ?? max(open.start, open.speech)) >= timing.tellingSpeech else { return }
        window?.asked = here
        try fixLanguage(through: here, answers)
    }

    /// Keeps committed words, to be heard again, if they are in a language in which that helps. Audio without words may be speech of another language,
    /// so that nothing before it is heard again with what comes behind it.
    mutating func know(_ words: [LiveWord], from start: SampleIndex, end: SampleIndex) {
        if !isEnglish(words) || findsLanguage && words.isEmpty { known.forget() }
        known.add(isEnglish(words) ? words : [], from: start, end: end)
    }

    /// False if the words told another language than English. The words of a stream that has one language tell nothing.
    func isEnglish(_ words: [LiveWord]) -> Bool { !findsLanguage || Self.language(of: words) ?? Self.english == Self.english }

    /// Notes the language of words that were sent.
    mutating func spoke(_ words: [LiveWord]) {
        if findsLanguage, let language = Self.language(of: words) { former = language }
    }
}

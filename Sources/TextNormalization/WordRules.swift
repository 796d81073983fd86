package import Speech

/// Rules of languages that change words' text: numbers as words, written forms, dictated marks, hidden profane words.
///
/// A recording may have several languages, so the words follow the rules of their own language, each run of words of one language by itself. A form
/// never goes on from one run to the next one.
package struct WordRules: Sendable, Equatable {
    /// Writes numbers as words, also where the engine wrote digits.
    package var spellsNumbers = false
    /// Kinds of words that are written as people write them, such as `$25` for `twenty five dollars`.
    package var writtenForms: Set<WrittenForm.Kind> = []
    /// Turns spoken marks into marks.
    package var dictates = false
    package var hidesProfanity = false
    /// Languages whose profane words are hidden among words of every language.
    package var profanityLanguages: [LanguageTag] = []
    /// The operator's own profane words, of any language.
    package var profanity: [String] = [] {
        didSet { ownWords = ProfanityFilter.OwnWords(profanity) }
    }
    private var ownWords: ProfanityFilter.OwnWords

    package init(
        spellsNumbers: Bool = false, writtenForms: Set<WrittenForm.Kind> = [], dictates: Bool = false, hidesProfanity: Bool = false,
        profanityLanguages: [LanguageTag] = [], profanity: [String] = []
    ) {
        self.spellsNumbers = spellsNumbers
        self.writtenForms = writtenForms
        self.dictates = dictates
        self.hidesProfanity = hidesProfanity
        self.profanityLanguages = profanityLanguages
        self.profanity = profanity
        ownWords = ProfanityFilter.OwnWords(profanity)
    }

    /// Returns the words in the form that the rules give them.
    ///
    /// - Parameter language: language of words that tell none; regions do not matter.
    package func applied(to words: [Word], in language: LanguageTag) -> [Word] {
        guard spellsNumbers || dictates || hidesProfanity || !writtenForms.isEmpty else { return words }
        let main = language.primary, languages = words.map { $0.language?.primary ?? main }
        var applied: [Word] = []
        applied.reserveCapacity(words.count)
        var start = 0
        while start < words.count {
            let end = languages[start...].firstIndex { $0 != languages[start] } ?? words.count
            applied += rewritten(Array(words[start..<end]), in: LanguageTag(languages[start]), of: language)
            start = end
        }
        return applied
    }

    /// Returns the filter for texts that do not tell the languages of their words; nil: nothing is hidden.
    ///
    /// - Parameter languages: the languages that the texts may have.
    package func filter(ofTextsIn languages: [LanguageTag]) -> ProfanityFilter? {
        hidesProfanity ? ProfanityFilter(languages, own: ownWords) : nil
    }

    /// Returns the words of one language in the form that its rules give them.
    ///
    /// - Parameter main: the language whose profane words are hidden where those of `language` are not known.
    private func rewritten(_ words: [Word], in language: LanguageTag, of main: LanguageTag) -> [Word] {
        var words = words
        if spellsNumbers, let speller = NumberSpeller(language) { words = speller.spelled(words) }
        if let normalizer = InverseTextNormalizer(language, kinds: writtenForms) { words = normalizer.written(words) }
        if dictates, let dictation = Dictation(language) { words = dictation.marked(words) }
        let profane = [ProfanityFilter.knows(language) ? language : main] + profanityLanguages
        if hidesProfanity, let filter = ProfanityFilter(profane, own: ownWords) { words = filter.filtered(words) }
        return words
    }
}

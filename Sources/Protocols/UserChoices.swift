package import Speech

/// What a user has chosen for all their live sessions, and for what becomes of them.
package struct UserChoices: Sendable, Equatable {
    /// Names of the settings that hold it.
    package enum Setting: String, Sendable, CaseIterable {
        /// `true`: sessions are in one language, and nothing is translated.
        case singleLanguage = "single_language_mode"
        /// Words that engines are to expect, one in a line.
        case vocabulary
        /// The user's own language: what speech in other languages would be translated to.
        case language
        /// What the user is called: never made another person of.
        case name
        /// `false`: nothing is learned of other people's voices from what a hand has said is theirs.
        case learnsVoices = "learn_voices"
        /// `false`: the operator's language model is not given what the user's conversations say.
        case usesSummaryModel = "model_summaries"
        /// Days that the audio of the user's conversations is kept; 0: none is.
        case audioDays = "audio_days"
    }

    /// Words that go to an engine at the most.
    package static let maxTerms = 100
    /// What devices of this kind are called and spoken to, whatever the user chose.
    private static let product = "Omi"

    package var isSingleLanguage: Bool
    package var vocabulary: [String]
    package var language: LanguageTag?
    package var name: String?
    package var learnsVoices: Bool
    package var usesSummaryModel: Bool
    /// nil: as many as the operator has chosen.
    package var audioDays: Int?

    package static let maxAudioDays = 36_500

    package init(
        isSingleLanguage: Bool = false, vocabulary: [String] = [], language: LanguageTag? = nil, name: String? = nil, learnsVoices: Bool = true,
        usesSummaryModel: Bool = true, audioDays: Int? = nil
    ) {
        self.isSingleLanguage = isSingleLanguage
        self.vocabulary = vocabulary
        self.language = language
        self.name = name
        self.learnsVoices = learnsVoices
        self.usesSummaryModel = usesSummaryModel
        self.audioDays = audioDays
    }

    /// - Parameter settings: by name; those of other names are passed over.
    package init(settings: [String: String]) {
        isSingleLanguage = settings[Setting.singleLanguage.rawValue] == "true"
        vocabulary = settings[Setting.vocabulary.rawValue].map { $0.split(separator: "\n").map(String.init) } ?? []
        language = settings[Setting.language.rawValue].map { LanguageTag($0) }.flatMap { $0.isWellFormed ? $0 : nil }
        name = settings[Setting.name.rawValue]
        learnsVoices = settings[Setting.learnsVoices.rawValue] != "false"
        usesSummaryModel = settings[Setting.usesSummaryModel.rawValue] != "false"
        audioDays = settings[Setting.audioDays.rawValue].flatMap(Int.init).flatMap { (0...Self.maxAudioDays).contains($0) ? $0 : nil }
    }

    /// The words for an engine, each once.
    package var terms: [String] {
        var terms = [Self.product]
        for term in vocabulary where !terms.contains(term) && terms.count < Self.maxTerms { terms.append(term) }
        return terms
    }
}

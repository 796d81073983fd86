package import Speech

/// The choices of a user for all their live sessions and the resulting conversations.
package struct UserChoices: Sendable, Equatable {
    /// Names of the settings that hold the choices.
    package enum Setting: String, Sendable, CaseIterable {
        /// `true`: sessions are in one language, and nothing is translated.
        case singleLanguage = "single_language_mode"
        /// Words that engines are to expect, one per line.
        case vocabulary
        /// The user's own language, into which other languages would be translated.
        case language
        /// The languages that the user's speech may be in: codes with blanks between them. Without it, every language.
        case languages
        /// The user's own name; no other person is created from it.
        case name
        /// `false`: other people's voices are not learned from speech that was assigned to them by hand.
        case learnsVoices = "learn_voices"
        /// `false`: the operator's language model does not get the text of the user's conversations.
        case usesSummaryModel = "model_summaries"
        /// Days for which the audio of the user's conversations is kept; 0: audio is not kept.
        case audioDays = "audio_days"
        /// The IANA name of the time zone whose days and hours are the user's.
        case timeZone = "time_zone"
    }

    /// Maximum number of terms that go to an engine.
    package static let maxTerms = 100
    /// The name by which users address devices of this kind; always one of the terms.
    private static let product = "Omi"

    package var isSingleLanguage: Bool
    package var vocabulary: [String]
    /// The user's language; `multi`: the user leaves it to the engine. nil: the user has chosen none.
    package var language: LanguageTag?
    /// The languages that the user's speech may be in; empty: every language.
    package var languages: [LanguageTag]
    package var name: String?
    package var learnsVoices: Bool
    package var usesSummaryModel: Bool
    /// Days for which audio is kept; nil: the operator's choice.
    package var audioDays: Int?
    /// The user's time zone; nil: the gateway's.
    package var timeZone: TimeZoneName?
    /// The user's webhooks, also those that the gateway has switched off.
    package var webhooks: [UserWebhook.Trigger: UserWebhook] = [:]
    /// The text from which the secret of the user's webhooks is made; nil before the user has a webhook.
    package var webhookSeed: String?

    package static let maxAudioDays = 36_500

    package init(
        isSingleLanguage: Bool = false, vocabulary: [String] = [], language: LanguageTag? = nil, languages: [LanguageTag] = [], name: String? = nil,
        learnsVoices: Bool = true, usesSummaryModel: Bool = true, audioDays: Int? = nil, timeZone: TimeZoneName? = nil
    ) {
        self.isSingleLanguage = isSingleLanguage
        self.vocabulary = vocabulary
        self.language = language
        self.languages = languages
        self.name = name
        self.learnsVoices = learnsVoices
        self.usesSummaryModel = usesSummaryModel
        self.audioDays = audioDays
        self.timeZone = timeZone
    }

    /// - Parameter settings: the settings by name; unknown names are ignored.
    package init(settings: [String: String]) {
        isSingleLanguage = settings[Setting.singleLanguage.rawValue] == "true"
        vocabulary = settings[Setting.vocabulary.rawValue].map { $0.split(separator: "\n").map(String.init) } ?? []
        language = settings[Setting.language.rawValue].flatMap { LanguageName($0)?.tag }
        languages = settings[Setting.languages.rawValue].map(AllowedLanguages.list) ?? []
        name = settings[Setting.name.rawValue]
        learnsVoices = settings[Setting.learnsVoices.rawValue] != "false"
        usesSummaryModel = settings[Setting.usesSummaryModel.rawValue] != "false"
        audioDays = settings[Setting.audioDays.rawValue].flatMap(Int.init).flatMap { (0...Self.maxAudioDays).contains($0) ? $0 : nil }
        timeZone = settings[Setting.timeZone.rawValue].flatMap { TimeZoneName($0) }
        for trigger in UserWebhook.Trigger.allCases { webhooks[trigger] = UserWebhook(trigger, settings: settings) }
        webhookSeed = settings[UserWebhook.seedSetting]
    }

    /// The terms for an engine, each once.
    package var terms: [String] {
        var terms = [Self.product]
        for term in vocabulary where !terms.contains(term) && terms.count < Self.maxTerms { terms.append(term) }
        return terms
    }
}

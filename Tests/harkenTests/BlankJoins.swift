/// The places of the sources that join by a blank, with the reason why none of them joins what somebody said: that is done by `WordSpacing`, which knows
/// the scripts.
enum BlankJoins {
    /// Numbers of joins in files, by reason. A file's path begins below `Sources`.
    private static let reasons: [(reason: String, files: [String: Int])] = [
        (
            "names, flags and fields of machines",
            [
                "Protocols/ProviderError.swift": 1, "Store/PostgreSQL/PostgresListener.swift": 4, "Store/PostgreSQL/PostgresWordIndex.swift": 1,
                "Store/SQL/Access/SQLAccessKeyStore.swift": 1, "Store/SQL/MigrationContent.swift": 1, "Store/Usage/PriceTable+Parsing.swift": 2,
                "Store/Usage/UsageRecordCoding.swift": 1, "Usage/PriceAge.swift": 1, "Speech/Languages/AllowedLanguages.swift": 1,
                "LocalEngine/Alignment/AlignerDecoder.swift": 2,
            ]
        ),
        (
            "command lines, ids and numbers",
            [
                "harken/CommandTable.swift": 1, "harken/Conversations/ConversationsDelete.swift": 1, "harken/People/PeopleEmbed.swift": 1,
                "harken/Search/Search.swift": 1, "harken/Shell/CompletionScript+Fish.swift": 2, "harken/Shell/CompletionScript+Zsh.swift": 1,
                "harken/Shell/CompletionScript.swift": 5, "harken/Shell/Manual.swift": 1, "harken/Transcribe/Resuming/TranscriptRun.swift": 1,
            ]
        ),
        (
            "a text that was split at its own blanks",
            [
                "Conversations/Completion/SpokenTitle.swift": 2, "Conversations/Findings/ActionRules.swift": 1,
                "Conversations/Findings/FindingRules.swift": 1,
                "Conversations/Model/NameKey.swift": 1, "Conversations/Segments/Sentence.swift": 1, "Protocols/OpenAI/OpenAISummary.swift": 1,
                "Protocols/OpenAI/PromptTerms.swift": 2, "Protocols/Options/VendorFields.swift": 1, "Speakers/SpokenName.swift": 1,
                "Store/Search/SearchTerms.swift": 2,
            ]
        ),
        ("words of English", ["Protocols/Listen/ListenServer.swift": 2, "TextNormalization/NumberSpeller.swift": 1]),
        (
            "key terms and measures, which compare words and show nobody the join",
            [
                "Evaluation/Measures/AnswerComparison.swift": 1, "LocalEngine/KeyTerms/Decoded+Terms.swift": 1,
                "LocalEngine/KeyTerms/HeardText.swift": 1,
                "LocalEngine/KeyTerms/KeyTermLimits.swift": 1, "LocalEngine/KeyTerms/WordForm.swift": 1,
            ]
        ),
        (
            "traces of the simulation, whose words are numbered",
            ["Simulation/Scenario/Scenario+Description.swift": 1, "Simulation/World/Trace.swift": 1]
        ),
    ]

    /// Numbers of joins in all files.
    static var all: [String: Int] { reasons.reduce(into: [:]) { all, reason in all.merge(reason.files) { $0 + $1 } } }
}

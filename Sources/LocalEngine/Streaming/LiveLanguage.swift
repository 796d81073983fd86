import Speech

/// The language of a live stream.
struct LiveLanguage: Sendable {
    /// Knowledge of the language before the stream begins.
    struct Choice: Sendable, Equatable {
        /// The language's code; nil: the language is found out.
        var code: String?
        /// The model of each language.
        var languages: LocalLanguages
        /// Codes of the languages that speech may turn out to be.
        var among: Set<String>

        /// True if the stream needs the model that hears other languages than English.
        var needsOthers: Bool { code.map { languages.model(for: $0) == .whisper } ?? true }
    }

    enum State: Sendable, Equatable {
        /// English, by the model that hears nothing else.
        case english
        /// A language of the other model, by its code.
        case other(String)
        /// The first seconds of speech tell the language.
        case unknown
    }

    private(set) var state: State
    /// The model for other languages than English; nil when the stream does not need it.
    private(set) var others: ModelUse<WhisperRecognizer>?
    /// True if the language was found out, so that words say their language.
    private(set) var isFound = false

    private let choice: Choice?

    static let english = LiveLanguage(state: .english, others: nil)

    private init(state: State, others: ModelUse<WhisperRecognizer>?) {
        self.state = state
        self.others = others
        choice = nil
    }

    init(_ choice: Choice, _ others: ModelUse<WhisperRecognizer>) {
        self.choice = choice
        self.others = others
        state = .unknown
        if let code = choice.code { state = self.state(of: code) }
    }

    /// Codes of the languages that speech may turn out to be; nil: all.
    var among: Set<String>? { choice?.among }

    /// Notes the language that was found out.
    mutating func decide(_ language: LanguageTag) {
        guard state == .unknown else { return }
        state = state(of: language.primary)
        isFound = true
        if state == .english { others = nil }
    }

    /// Returns the state of a stream in a language.
    func state(of code: String) -> State { choice?.languages.model(for: code) == .whisper ? .other(code) : .english }
}

import Speech

/// The language of a live stream.
struct LiveLanguage: Sendable {
    enum State: Sendable, Equatable {
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

    static let english = LiveLanguage(state: .english, others: nil)

    private init(state: State, others: ModelUse<WhisperRecognizer>?) {
        self.state = state
        self.others = others
    }

    /// - Parameter language: the language that the client named; nil and `multi`: the language is found out.
    init(_ language: LanguageTag?, _ others: ModelUse<WhisperRecognizer>) {
        let named = language.flatMap { $0.primary == "multi" ? nil : others.model.facts.code(for: $0) }
        self.init(state: named.map(Self.state) ?? .unknown, others: others)
    }

    /// Notes the language that was found out.
    mutating func decide(_ language: LanguageTag) {
        guard state == .unknown else { return }
        state = Self.state(language.primary)
        isFound = true
        if state == .english { others = nil }
    }

    private static func state(_ code: String) -> State { code == LanguageTag.english.primary ? .english : .other(code) }
}

import Speech

/// The model and the language that a client names for a session.
struct NamedModel: Sendable, Equatable {
    /// nil: the client named no model.
    var model: String?
    /// nil: the client named no language.
    var language: LanguageTag?

    /// Takes over what a change of the session names.
    mutating func apply(_ change: StreamChange) {
        model = change.model ?? model
        language = change.language ?? language
    }
}

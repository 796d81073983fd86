import Speech

extension Option<LanguageName> {
    /// Makes the option that names the spoken language.
    init(language help: String) {
        self.init("--language", "TAG", accepts: LanguageName.accepted, help) { LanguageName($0) }
    }
}

extension Arguments {
    /// Returns the language that the command line names; nil when it names none, or an empty one.
    func language(_ option: Option<LanguageName>) throws(UsageError) -> LanguageName? {
        guard text(option)?.isEmpty != true else { return nil }
        return try value(option)
    }
}

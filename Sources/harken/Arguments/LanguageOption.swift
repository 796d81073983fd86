import Speech

extension Option<LanguageName> {
    /// Makes the option that names the spoken language.
    init(language help: String) {
        self.init("--language", "TAG", accepts: LanguageName.accepted, help) { LanguageName($0) }
    }
}

package import Speech

extension LocalLanguages {
    /// Reads which of the local engine's models hears which language, and which languages speech may turn out to be.
    package init(_ settings: Settings) throws(ConfigurationError) {
        self = .standard
        if let text = settings["HARKEN_LOCAL_MODELS"] {
            guard let languages = LocalLanguages(models: text) else {
                throw ConfigurationError("HARKEN_LOCAL_MODELS", "\"\(text)\" is not a list of models by language", accepted: Self.acceptedModels)
            }
            self = languages
        }
        if let text = settings["HARKEN_LANGUAGES"] {
            guard let limited = limited(to: text) else {
                throw ConfigurationError("HARKEN_LANGUAGES", "\"\(text)\" is not a list of languages", accepted: Self.acceptedLanguages)
            }
            self = limited
        }
    }
}

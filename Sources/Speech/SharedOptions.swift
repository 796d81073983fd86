/// Options that several vendors have under names of their own. An option that is nil was not given.
package struct SharedOptions: Sendable, Equatable {
    /// True if words such as "um" stay in the text.
    package var fillerWords: Bool?
    /// Free text that describes the audio.
    package var prompt: String?
    /// Minimum number of speakers, 1 or more.
    package var minSpeakers: Int?
    /// Maximum number of speakers, 1 or more.
    package var maxSpeakers: Int?
    /// Temperature of the recognition, 0…1.
    package var temperature: Double?
    /// Languages that the speech may be in, where the engine finds its language; empty: all.
    package var languages: [LanguageTag] = []
    /// False if `languages` are those that are likely: speech may be in others too.
    package var keepsToLanguages = true

    package init(
        fillerWords: Bool? = nil, prompt: String? = nil, minSpeakers: Int? = nil, maxSpeakers: Int? = nil, temperature: Double? = nil
    ) {
        self.fillerWords = fillerWords
        self.prompt = prompt
        self.minSpeakers = minSpeakers
        self.maxSpeakers = maxSpeakers
        self.temperature = temperature
    }

    /// Notes the languages that a client expects, of which an engine finds the language.
    ///
    /// - Parameters:
    ///   - languages: all that the client expects; empty: it expects none, or only one.
    ///   - isStrict: true if no other language is possible.
    package mutating func expect(_ languages: [LanguageTag], isStrict: Bool) {
        self.languages = languages
        keepsToLanguages = isStrict || languages.isEmpty
    }
}

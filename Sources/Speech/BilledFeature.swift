/// A feature that some vendors bill apart from the recognition itself.
///
/// The raw value is the word for the feature in a price file and in the ledger.
package enum BilledFeature: String, Sendable, CaseIterable, Comparable {
    /// Summaries of chapters.
    case chapters
    /// Entities, such as names and places, that are listed beside the words.
    case entities
    /// Key phrases.
    case highlights
    /// Intents of the speakers.
    case intents
    /// A mode for medical words.
    case medical
    /// Marks on delicate content.
    case moderation
    /// Speech of several languages in one audio: some vendors have another rate for it.
    case multilingual
    /// Hiding of swear words.
    case profanity
    /// Hiding of personal data.
    case redaction
    case sentiment
    /// Labels of speakers.
    case speakers
    case summary
    /// Key terms.
    case terms
    case topics
    /// Work of a language model on the transcript, such as a translation.
    case understanding

    package static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }

    /// The features that a vendor adds to a model's price; several languages have a price of their own instead.
    package static let addOns = allCases.filter { $0 != .multilingual }

    /// Returns the features that a request asks for in the words of all protocols.
    package static func asked(language: LanguageTag?, speakers: Bool, terms: [String]) -> Set<Self> {
        var features: Set<Self> = []
        if language?.isMulti == true { features.insert(.multilingual) }
        if speakers { features.insert(.speakers) }
        if !terms.isEmpty { features.insert(.terms) }
        return features
    }
}

extension StreamOptions {
    /// The features that a vendor may bill apart, as far as the options of all protocols ask for them.
    package var billedFeatures: Set<BilledFeature> { BilledFeature.asked(language: language, speakers: diarize, terms: keyterms) }
}

extension RecognitionOptions {
    /// The features that a vendor may bill apart, as far as the options of all protocols ask for them.
    package var billedFeatures: Set<BilledFeature> { BilledFeature.asked(language: language, speakers: diarize, terms: keyterms) }
}

/// A feature that some vendors bill apart from the recognition itself.
package enum BilledFeature: String, Sendable, CaseIterable, Comparable {
    /// Speech of several languages in one audio: some vendors have another rate for it.
    case multilingual
    /// Labels of speakers.
    case speakers
    /// Key terms.
    case terms

    package static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }

    /// Returns the features that a request asks for.
    package static func asked(language: LanguageTag?, speakers: Bool, terms: [String]) -> Set<Self> {
        var features: Set<Self> = []
        if language?.isMulti == true { features.insert(.multilingual) }
        if speakers { features.insert(.speakers) }
        if !terms.isEmpty { features.insert(.terms) }
        return features
    }
}

extension StreamOptions {
    /// The features that a vendor may bill apart.
    package var billedFeatures: Set<BilledFeature> { BilledFeature.asked(language: language, speakers: diarize, terms: keyterms) }
}

extension RecognitionOptions {
    /// The features that a vendor may bill apart.
    package var billedFeatures: Set<BilledFeature> { BilledFeature.asked(language: language, speakers: diarize, terms: keyterms) }
}

/// The amounts of speech in several languages. Decides which language is the main one. Pure.
package struct LanguageShares: Sendable {
    /// In the order in which the languages came.
    private var shares: [(language: LanguageTag, amount: Int64)] = []

    package init() {}

    /// Adds speech.
    ///
    /// - Parameter amount: number of words or of samples; the same unit in every call.
    package mutating func add(_ language: LanguageTag, _ amount: Int64) {
        if let place = shares.firstIndex(where: { $0.language == language }) {
            shares[place].amount += amount
        } else {
            shares.append((language, amount))
        }
    }

    /// The language of most of the speech: of languages with equally much, the one that came first. nil when there is no speech.
    package var main: LanguageTag? {
        var main = shares.first
        for share in shares where share.amount > main?.amount ?? 0 { main = share }
        return main?.language
    }
}

import Glibc

/// The rule by which the second look puts terms in. The numbers were swept on the development recordings, and are flat around their values.
struct LookRule: Sendable {
    /// Maximum distance of the sounds.
    var maxDistance: Float = 0.5
    /// Maximum loss at the first token that differs.
    var maxGap: Float = 8
    /// Amount by which that loss may exceed what the whole may lose: what follows the first token seldom makes up for it.
    var slack: Float = 1
    /// Number of heard words in whose place a term of one word may go.
    var span = 3
    /// Maximum number of places that the decoder is asked about, the most promising first.
    var maxTries = 20
    /// Number of tokens behind the place that are scored with it.
    var tail = 5
    /// Maximum loss of a term that sounds exactly like the words that were heard.
    var margin: Float = 7
    /// Decrease of that maximum for each unit of distance.
    var distanceWeight: Float = 6
    /// Decrease of that maximum for each power of ten above `few` terms, where ordinary words were heard.
    var manyWeight: Float = 3
    var few: Float = 100

    /// Returns the maximum loss with which a term is put in at a place.
    ///
    /// - Parameter count: number of terms in the list.
    func bar(_ place: TermPlace, ofTerms count: Int) -> Float {
        let many = place.isOrdinary ? manyWeight * max(0, log10f(Float(max(count, 1)) / few)) : 0
        return margin - distanceWeight * place.distance - many
    }

    /// Returns the changes that pass, in the order of the text: the best first, and never two at one place.
    func accepted(_ changes: [TermChange], ofTerms count: Int) -> [TermChange] {
        func surplus(_ change: TermChange) -> Float {
            change.place.isSameLetters ? .infinity : change.gain + bar(change.place, ofTerms: count)
        }
        var chosen: [TermChange] = []
        let ranked = changes.map { ($0, surplus($0)) }.filter { $0.1 >= 0 }
        for (change, _) in ranked.sorted(by: { ($1.1, $0.0.place.words.lowerBound) < ($0.1, $1.0.place.words.lowerBound) })
        where !chosen.contains(where: { $0.place.overlaps(change.place) }) {
            chosen.append(change)
        }
        return chosen.sorted { $0.place.words.lowerBound < $1.place.words.lowerBound }
    }
}

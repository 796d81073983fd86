/// The place in a reading where words that were read before end.
///
/// The place is found by edit distance over bare words. Times of misheard words are of no help there.
package struct WordPlace: Sendable, Equatable {
    /// The side whose words have to fit where several places are equally good. The other choice would say a word twice.
    package enum Tie: Sendable {
        /// The words before the place are final already.
        case before
        /// The words behind the place are those that will follow.
        case behind
    }

    /// Number of words of the reading that stand for the known words.
    package let count: Int
    /// Edit distance of the known words to the words before the place.
    package let before: Int
    /// Edit distance of the reading of what follows to the words behind the place; 0 without such a reading.
    package let behind: Int

    /// Finds the place.
    ///
    /// - Parameters:
    ///   - known: the words that were read before.
    ///   - reading: a reading of the same audio and of what follows.
    ///   - following: a reading of what follows alone. The reading decides where the end of `known` was misheard.
    ///   - tie: the side that has to fit where several places are equally good.
    package init(of known: [LiveWord], in reading: [LiveWord], before following: [LiveWord]? = nil, tie: Tie = .before) {
        let words = reading.map(\.bare)
        let before = Self.distances(of: known.map(\.bare), to: words)
        let behind =
            following.map { Array(Self.distances(of: $0.reversed().map(\.bare), to: words.reversed()).reversed()) }
            ?? [Int](repeating: 0, count: before.count)
        var best = 0
        func rank(_ place: Int) -> (Int, Int, Int) {
            (before[place] + behind[place], tie == .before ? before[place] : behind[place], abs(place - known.count))
        }
        for place in before.indices.dropFirst() where rank(place) < rank(best) { best = place }
        (count, self.before, self.behind) = (best, before[best], behind[best])
    }

    /// Returns the edit distance of `words` to every beginning of `reading`, from the empty one to the whole.
    private static func distances(of words: [String], to reading: [String]) -> [Int] {
        var row = Array(0...reading.count)
        for (index, word) in words.enumerated() {
            var next = [index + 1]
            for (place, other) in reading.enumerated() {
                next.append(min(row[place + 1] + 1, next[place] + 1, row[place] + (word == other ? 0 : 1)))
            }
            row = next
        }
        return row
    }
}

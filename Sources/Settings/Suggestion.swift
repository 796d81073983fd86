/// Finds the word that a user may have meant.
package enum Suggestion {
    /// Returns `; did you mean X?` for the nearest of `known`; empty when none is near.
    package static func text(for given: String, among known: [String]) -> String {
        if let nearest = nearest(to: given, among: known) { return "; did you mean \(nearest)?" }
        let begun = known.filter { given.count > 2 && $0.hasPrefix(given) }
        return begun.count == 1 ? "; did you mean \(begun[0])?" : ""
    }

    /// Returns the word that differs least from `given`; nil when all differ by more than a third of its letters.
    package static func nearest(to given: String, among known: [String]) -> String? {
        let nearest = known.map { (word: $0, distance: distance(given, $0)) }.min { $0.distance < $1.distance }
        guard let nearest, nearest.distance <= max(1, given.count / 3) else { return nil }
        return nearest.word
    }

    /// Returns the number of letters to insert, remove, replace, or swap with their neighbour.
    package static func distance(_ a: String, _ b: String) -> Int {
        let a = Array(a), b = Array(b)
        var beforeLast: [Int] = []
        var last = Array(0...b.count)
        for i in a.indices {
            var row = [i + 1]
            for j in b.indices {
                var best = min(last[j] + (a[i] == b[j] ? 0 : 1), last[j + 1] + 1, row[j] + 1)
                if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { best = min(best, beforeLast[j - 1] + 1) }
                row.append(best)
            }
            beforeLast = last
            last = row
        }
        return last[b.count]
    }
}

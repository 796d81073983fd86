/// Finds the word that a user may have meant.
enum Suggestion {
    /// Returns `; did you mean X?` for the nearest of `known`; empty when none is near.
    static func text(for given: String, among known: [String]) -> String {
        let allowed = max(1, given.count / 3)
        let nearest = known.map { (word: $0, distance: distance(given, $0)) }.min { $0.distance < $1.distance }
        if let nearest, nearest.distance <= allowed { return "; did you mean \(nearest.word)?" }
        let begun = known.filter { given.count > 2 && $0.hasPrefix(given) }
        return begun.count == 1 ? "; did you mean \(begun[0])?" : ""
    }

    /// Returns the number of letters to insert, remove, replace, or swap with their neighbour.
    static func distance(_ a: String, _ b: String) -> Int {
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

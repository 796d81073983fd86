/// The likeness of two texts, 0…1: twice the number of characters in their common parts, divided by the number of all characters. Pure.
///
/// Source: Ratcliff and Obershelp's measure as Python's `difflib.SequenceMatcher.ratio` computes it, without its heuristic for frequent characters. The
/// limits that use the measure were found with that program.
struct TextLikeness {
    private let a: [Unicode.Scalar]
    private let b: [Unicode.Scalar]
    /// For each character of `b` its places, in order.
    private let places: [Unicode.Scalar: [Int]]

    private init(_ a: [Unicode.Scalar], _ b: [Unicode.Scalar]) {
        (self.a, self.b) = (a, b)
        places = Dictionary(grouping: b.indices) { b[$0] }
    }

    static func ratio(_ a: String, _ b: String) -> Double {
        let likeness = TextLikeness(Array(a.unicodeScalars), Array(b.unicodeScalars)), count = likeness.a.count + likeness.b.count
        return count == 0 ? 1 : 2 * Double(likeness.commonCount) / Double(count)
    }

    /// Number of characters in the longest common part, and in those before it and behind it.
    private var commonCount: Int {
        var count = 0
        var open = [(a.indices, b.indices)]
        while let (first, second) = open.popLast() {
            let common = longest(in: first, second)
            guard common.count > 0 else { continue }
            count += common.count
            open.append((first.lowerBound..<common.a, second.lowerBound..<common.b))
            open.append((common.a + common.count..<first.upperBound, common.b + common.count..<second.upperBound))
        }
        return count
    }

    /// Returns the longest part that both ranges have: of equals the first in `a`, and of these the first in `b`.
    private func longest(in first: Range<Int>, _ second: Range<Int>) -> (a: Int, b: Int, count: Int) {
        var best = (a: first.lowerBound, b: second.lowerBound, count: 0)
        // Length of the common part that ends before this place of `a` and at each place of `b`.
        var lengths: [Int: Int] = [:]
        for place in first {
            var next: [Int: Int] = [:]
            for other in places[a[place]] ?? [] where second.contains(other) {
                let length = (lengths[other - 1] ?? 0) + 1
                next[other] = length
                if length > best.count { best = (place - length + 1, other - length + 1, length) }
            }
            lengths = next
        }
        return best
    }
}

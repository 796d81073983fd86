/// Longest common subsequence of two sequences, by Myers' algorithm ("An O(ND) Difference Algorithm and Its Variations", 1986).
enum CommonSubsequence {
    /// Places of one element in both sequences.
    typealias Place = (first: Int, second: Int)

    /// Maximum number of insertions and deletions for which the result is the longest subsequence. Sequences that differ more are compared piece by
    /// piece, so that time grows with the sum of their lengths, and memory does not grow.
    static let maxEdits = 512

    /// Returns the places of the common elements, in order.
    static func places(of first: [Int], and second: [Int]) -> [Place] {
        var places: [Place] = []
        var start = (first: 0, second: 0), end = (first: first.count, second: second.count)
        // Most edits leave the beginning and the end.
        while start.first < end.first, start.second < end.second, first[start.first] == second[start.second] {
            places.append(start)
            start = (start.first + 1, start.second + 1)
        }
        while start.first < end.first, start.second < end.second, first[end.first - 1] == second[end.second - 1] {
            end = (end.first - 1, end.second - 1)
        }
        while start.first < end.first, start.second < end.second {
            let piece = piece(of: first[start.first..<end.first], and: second[start.second..<end.second])
            places += piece.places
            start = piece.end
        }
        places += (0..<first.count - end.first).map { (end.first + $0, end.second + $0) }
        return places
    }

    /// Compares the beginnings of two sequences, with at most `maxEdits` edits.
    ///
    /// - Returns: the places of the common elements, and the places up to which the sequences were compared.
    private static func piece(of first: ArraySlice<Int>, and second: ArraySlice<Int>) -> (places: [Place], end: Place) {
        let a = first.startIndex, b = second.startIndex
        // Farthest place in the first sequence on each diagonal. A diagonal is the difference of two places.
        var farthest = [Int](repeating: 0, count: 2 * maxEdits + 1)
        // Farthest places on the diagonals -edits…edits, for each number of edits.
        var trace: [[Int]] = []
        for edits in 0...maxEdits {
            for diagonal in stride(from: -edits, through: edits, by: 2) {
                var x = edits == 0 ? 0 : step(to: diagonal, after: edits, farthest, middle: maxEdits).x
                var y = x - diagonal
                while x < first.count, y < second.count, first[a + x] == second[b + y] {
                    x += 1
                    y += 1
                }
                farthest[maxEdits + diagonal] = x
                if x >= first.count, y >= second.count {
                    return (places(before: x, y, after: edits, trace).map { (a + $0, b + $1) }, (first.endIndex, second.endIndex))
                }
            }
            trace.append(Array(farthest[maxEdits - edits...maxEdits + edits]))
        }
        // The farthest place within both sequences.
        var x = 0, y = 0
        for diagonal in stride(from: -maxEdits, through: maxEdits, by: 2) {
            let place = farthest[maxEdits + diagonal]
            if place <= first.count, place - diagonal <= second.count, 2 * place - diagonal > x + y { (x, y) = (place, place - diagonal) }
        }
        guard x + y > 0 else { return ([], (first.endIndex, second.endIndex)) }
        return (places(before: x, y, after: maxEdits, trace).map { (a + $0, b + $1) }, (a + x, b + y))
    }

    /// Returns the last edit on the way to a diagonal.
    ///
    /// - Parameters:
    ///   - farthest: the farthest places after one edit less; the element `middle` is that of diagonal 0.
    /// - Returns: the place in the first sequence behind the edit, and the diagonal before the edit.
    private static func step(to diagonal: Int, after edits: Int, _ farthest: [Int], middle: Int) -> (x: Int, from: Int) {
        if diagonal == -edits { return (farthest[middle + diagonal + 1], diagonal + 1) }
        if diagonal == edits { return (farthest[middle + diagonal - 1] + 1, diagonal - 1) }
        let inserted = farthest[middle + diagonal + 1], deleted = farthest[middle + diagonal - 1] + 1
        return deleted > inserted ? (deleted, diagonal - 1) : (inserted, diagonal + 1)
    }

    /// Returns the places of the common elements on the way to `x`, `y`, in order.
    private static func places(before x: Int, _ y: Int, after edits: Int, _ trace: [[Int]]) -> [(Int, Int)] {
        var (x, y) = (x, y)
        var places: [(Int, Int)] = []
        for edits in stride(from: edits, through: 0, by: -1) {
            let step = edits == 0 ? (x: 0, from: 0) : step(to: x - y, after: edits, trace[edits - 1], middle: edits - 1)
            while x > step.x {
                (x, y) = (x - 1, y - 1)
                places.append((x, y))
            }
            if edits > 0 {
                x -= step.from < x - y ? 1 : 0
                y = x - step.from
            }
        }
        return places.reversed()
    }
}

import Testing

@testable import Conversations

@Suite struct `A common subsequence` {
    /// Length of the longest common subsequence, by the table of all prefixes.
    private func longest(_ first: [Int], _ second: [Int]) -> Int {
        var row = [Int](repeating: 0, count: second.count + 1)
        for element in first {
            var diagonal = 0
            for (index, other) in second.enumerated() {
                let above = row[index + 1]
                row[index + 1] = element == other ? diagonal + 1 : max(above, row[index])
                diagonal = above
            }
        }
        return row[second.count]
    }

    /// Returns true if the places have equal elements, and ascend in both sequences.
    private func isCommon(_ places: [CommonSubsequence.Place], _ first: [Int], _ second: [Int]) -> Bool {
        places.allSatisfy { first[$0.first] == second[$0.second] }
            && zip(places, places.dropFirst()).allSatisfy { $0.first < $1.first && $0.second < $1.second }
    }

    /// All sequences of a length over three elements.
    private func sequences(_ length: Int) -> [[Int]] {
        (0..<length).reduce([[]]) { all, _ in all.flatMap { before in (0..<3).map { before + [$0] } } }
    }

    @Test func `is the longest one`() {
        let seconds = (0...4).flatMap(sequences)
        for first in sequences(5) {
            let wrong = seconds.first { second in
                let places = CommonSubsequence.places(of: first, and: second)
                return !isCommon(places, first, second) || places.count != longest(first, second)
            }
            guard let wrong else { continue }
            Issue.record("\(first) and \(wrong): \(CommonSubsequence.places(of: first, and: wrong))")
            return
        }
    }

    @Test func `has all but what was changed, far apart in a long sequence`() {
        let first = Array(0..<50_000)
        var second = first
        (second[10], second[49_990]) = (-1, -2)
        second.remove(at: 25_000)
        let places = CommonSubsequence.places(of: first, and: second)
        #expect(isCommon(places, first, second) && places.count == 49_997)
    }

    @Test func `goes on behind more changes than are compared at once`() {
        let first = Array(0..<3_000), second = first.map { $0.isMultiple(of: 2) ? $0 : -$0 }
        #expect(first.count / 2 > CommonSubsequence.maxEdits)
        let places = CommonSubsequence.places(of: first, and: second)
        #expect(isCommon(places, first, second) && places.count == 1_500)
    }

    @Test func `is empty where nothing is common`() {
        #expect(CommonSubsequence.places(of: Array(0..<3_000), and: Array(3_000..<9_000)).isEmpty)
        #expect(CommonSubsequence.places(of: [], and: [1]).isEmpty)
        #expect(CommonSubsequence.places(of: [1], and: []).isEmpty)
    }
}

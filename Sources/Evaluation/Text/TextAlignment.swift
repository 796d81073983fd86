/// The alignment of two sequences of words with the fewest changes (Levenshtein).
public struct TextAlignment: Sendable, Equatable {
    public enum Step: Sendable, Equatable {
        /// The same word in both: indices into the reference and into the hypothesis.
        case match(reference: Int, hypothesis: Int)
        /// A wrong word in place of the spoken one.
        case substitution(reference: Int, hypothesis: Int)
        /// A spoken word that is missing.
        case deletion(reference: Int)
        /// A word that was not spoken.
        case insertion(hypothesis: Int)
    }

    /// The steps, in the order of both texts.
    public let steps: [Step]

    /// Aligns two texts. The memory grows with the sum of both lengths, not with their product (Hirschberg, "A linear space algorithm for computing
    /// maximal common subsequences", CACM 18/6, 1975).
    public init(reference: [String], hypothesis: [String]) {
        var numbers: [String: Int32] = [:]
        func numbered(_ words: [String]) -> [Int32] {
            words.map { word in
                if let known = numbers[word] { return known }
                let number = Int32(truncatingIfNeeded: numbers.count)
                numbers[word] = number
                return number
            }
        }
        let (first, second) = (numbered(reference), numbered(hypothesis))
        var steps: [Step] = []
        steps.reserveCapacity(max(first.count, second.count))
        Self.align(first[...], second[...], into: &steps)
        self.steps = steps
    }

    public var errors: ErrorCount {
        var count = ErrorCount()
        for step in steps {
            switch step {
            case .match: count.matches += 1
            case .substitution: count.substitutions += 1
            case .deletion: count.deletions += 1
            case .insertion: count.insertions += 1
            }
        }
        return count
    }

    /// Maximum number of fields of a table that is computed as a whole.
    private static let wholeTable = 1 << 20

    private static func align(_ reference: ArraySlice<Int32>, _ hypothesis: ArraySlice<Int32>, into steps: inout [Step]) {
        if reference.isEmpty {
            steps += hypothesis.indices.map { .insertion(hypothesis: $0) }
        } else if hypothesis.isEmpty {
            steps += reference.indices.map { .deletion(reference: $0) }
        } else if reference.count < 2 || (reference.count + 1) * (hypothesis.count + 1) <= wholeTable {
            alignWhole(reference, hypothesis, into: &steps)
        } else {
            let middle = reference.startIndex + reference.count / 2
            let before = costs(reference[..<middle], Array(hypothesis))
            let after = costs(reference[middle...].reversed()[...], hypothesis.reversed())
            var cut = 0
            for index in 0...hypothesis.count where before[index] + after[hypothesis.count - index] < before[cut] + after[hypothesis.count - cut] {
                cut = index
            }
            align(reference[..<middle], hypothesis[..<(hypothesis.startIndex + cut)], into: &steps)
            align(reference[middle...], hypothesis[(hypothesis.startIndex + cut)...], into: &steps)
        }
    }

    /// Returns the fewest changes from all of `reference` to each beginning of `hypothesis`.
    private static func costs(_ reference: ArraySlice<Int32>, _ hypothesis: [Int32]) -> [Int] {
        var row = Array(0...hypothesis.count)
        for word in reference {
            var diagonal = row[0]
            row[0] += 1
            for index in hypothesis.indices {
                let change = diagonal + (hypothesis[index] == word ? 0 : 1)
                diagonal = row[index + 1]
                row[index + 1] = min(change, diagonal + 1, row[index] + 1)
            }
        }
        return row
    }

    private static func alignWhole(_ reference: ArraySlice<Int32>, _ hypothesis: ArraySlice<Int32>, into steps: inout [Step]) {
        let (first, second) = (Array(reference), Array(hypothesis))
        let width = second.count + 1
        var table = [Int32](repeating: 0, count: (first.count + 1) * width)
        for column in 0..<width { table[column] = Int32(truncatingIfNeeded: column) }
        for row in 1...first.count {
            table[row * width] = Int32(truncatingIfNeeded: row)
            for column in 1..<width {
                let change = table[(row - 1) * width + column - 1] + (first[row - 1] == second[column - 1] ? 0 : 1)
                table[row * width + column] = min(change, table[(row - 1) * width + column] + 1, table[row * width + column - 1] + 1)
            }
        }
        var backwards: [Step] = []
        var (row, column) = (first.count, second.count)
        while row > 0 || column > 0 {
            let here = table[row * width + column]
            if row > 0, column > 0 {
                let isSame = first[row - 1] == second[column - 1]
                if here == table[(row - 1) * width + column - 1] + (isSame ? 0 : 1) {
                    let (said, heard) = (reference.startIndex + row - 1, hypothesis.startIndex + column - 1)
                    backwards.append(isSame ? .match(reference: said, hypothesis: heard) : .substitution(reference: said, hypothesis: heard))
                    (row, column) = (row - 1, column - 1)
                    continue
                }
            }
            if row > 0, here == table[(row - 1) * width + column] + 1 {
                backwards.append(.deletion(reference: reference.startIndex + row - 1))
                row -= 1
            } else {
                backwards.append(.insertion(hypothesis: hypothesis.startIndex + column - 1))
                column -= 1
            }
        }
        steps += backwards.reversed()
    }
}

/// The assignment of a hypothesis's speakers to a reference's speakers: one to one, with the greatest total of what the pairs share.
struct SpeakerPairing {
    /// The reference's speaker for each of the hypothesis's speakers. A speaker without a partner has no entry.
    let pairs: [String: String]

    /// - Parameter shared: amount that each pair has in common, such as milliseconds or words: `shared[hypothesis][reference]`.
    init(shared: [String: [String: Int]]) {
        let rows = shared.keys.sorted()
        let columns = Set(shared.values.flatMap(\.keys)).sorted()
        let size = max(rows.count, columns.count)
        guard size > 0 else {
            pairs = [:]
            return
        }
        let costs = (0..<size).map { row in
            (0..<size).map { column in
                row < rows.count && column < columns.count ? -(shared[rows[row]]?[columns[column]] ?? 0) : 0
            }
        }
        var pairs: [String: String] = [:]
        for (row, column) in Self.cheapest(costs).enumerated() where row < rows.count && column < columns.count {
            if costs[row][column] < 0 { pairs[rows[row]] = columns[column] }
        }
        self.pairs = pairs
    }

    /// Returns a column for each row of a square table, using every column once, with the least sum (Kuhn, "The Hungarian method for the assignment
    /// problem", 1955, in the form with shortest augmenting paths: cubic time).
    private static func cheapest(_ costs: [[Int]]) -> [Int] {
        let size = costs.count
        var rowPotential = [Int](repeating: 0, count: size + 1)
        var columnPotential = [Int](repeating: 0, count: size + 1)
        // Row and column 0 mean "none": the table's rows and columns begin at 1.
        var rowOf = [Int](repeating: 0, count: size + 1)
        for row in 1...size {
            var way = [Int](repeating: 0, count: size + 1)
            var least = [Int](repeating: Int.max, count: size + 1)
            var isDone = [Bool](repeating: false, count: size + 1)
            rowOf[0] = row
            var column = 0
            repeat {
                isDone[column] = true
                var (delta, next) = (Int.max, 0)
                for other in 1...size where !isDone[other] {
                    let cost = costs[rowOf[column] - 1][other - 1] - rowPotential[rowOf[column]] - columnPotential[other]
                    if cost < least[other] {
                        least[other] = cost
                        way[other] = column
                    }
                    if least[other] < delta {
                        delta = least[other]
                        next = other
                    }
                }
                for other in 0...size {
                    if isDone[other] {
                        rowPotential[rowOf[other]] += delta
                        columnPotential[other] -= delta
                    } else if least[other] < Int.max {
                        least[other] -= delta
                    }
                }
                column = next
            } while rowOf[column] != 0
            repeat {
                let before = way[column]
                rowOf[column] = rowOf[before]
                column = before
            } while column != 0
        }
        var columns = [Int](repeating: 0, count: size)
        for column in 1...size { columns[rowOf[column] - 1] = column - 1 }
        return columns
    }
}

/// The alignment of two engines' words for the same audio, at the least cost.
struct Alignment {
    private enum Step { case start, aligned, split, joined, absent, leftOut }

    /// The best alignment of some old tokens with some new tokens: its cost, and its last step.
    private struct Best {
        var cost: Double
        var step = Step.start

        mutating func consider(_ cost: Double, _ step: Step) {
            guard cost < self.cost else { return }
            self = Best(cost: cost, step: step)
        }
    }

    private let costs: TokenCosts
    /// The best alignments of the first `i` old tokens with the first `j` new tokens, at `i * (new.count + 1) + j`.
    private let best: [Best]

    init(_ comparison: Comparison) {
        costs = TokenCosts(comparison)
        best = Self.best(costs)
    }

    var old: [Token] { costs.old }
    var new: [Token] { costs.new }

    private static func best(_ costs: TokenCosts) -> [Best] {
        let count = costs.new.count, width = count + 1
        var array = Array(repeating: Best(cost: .infinity), count: (costs.old.count + 1) * width)
        var all = array.mutableSpan
        all[0].cost = 0
        for j in 0..<count { all[j + 1].consider(all[j].cost + costs.leftOut(j, behind: 0), .leftOut) }
        var before = 0..<0
        for number in costs.old.indices {
            let near = costs.near(number), compared = Self.compared(near, behind: before)
            before = near
            let row = (number + 1) * width
            let end = costs.endHeard(of: number)
            let absence = costs.absence(of: number, heard: end)
            var first = Best(cost: .infinity)
            first.consider(all[row - width].cost + absence.beforeAll, .absent)
            if let cost = absence.ofAll { first.consider(cost, .absent) }
            all[row] = first
            var left = first
            for place in 0..<count {
                let cell = row + place + 1
                let isLast = place + 1 == count
                var best = Best(cost: all[cell - width].cost + (isLast ? absence.behindAll : absence.between), step: .absent)
                best.consider(left.cost + costs.leftOut(place, behind: number + 1), .leftOut)
                defer { left = best }
                guard isLast || place == 0 || compared.contains(place) else {
                    all[cell] = best
                    continue
                }
                if compared.contains(place) {
                    // No step costs less than nothing.
                    if all[cell - width - 1].cost < best.cost { best.consider(all[cell - width - 1].cost + costs.pair(number, place), .aligned) }
                    if place > 0, all[cell - width - 2].cost < best.cost {
                        best.consider(all[cell - width - 2].cost + costs.split(number, place), .split)
                    }
                    if number > 0, all[cell - 2 * width - 1].cost < best.cost {
                        best.consider(all[cell - 2 * width - 1].cost + costs.joined(number, place), .joined)
                    }
                }
                // The new words so far end within a word that the other engine writes as one.
                if isLast { best.consider(all[cell - width - 1].cost + costs.endsWithin(number), .aligned) }
                // The new audio begins within a word that the other engine writes as one.
                if place == 0, let end { best.consider(all[cell - width - 1].cost + costs.begins(at: end), .aligned) }
                all[cell] = best
            }
        }
        return array
    }

    /// Returns the places where an old token can be aligned, split or joined, from the new tokens that are near it and near the old token before it.
    private static func compared(_ near: Range<Int>, behind before: Range<Int>) -> Range<Int> {
        guard !near.isEmpty else { return before }
        // The second token of a split word may lie behind the near ones.
        let all = near.lowerBound..<near.upperBound + 1
        return before.isEmpty ? all : min(before.lowerBound, all.lowerBound)..<max(before.upperBound, all.upperBound)
    }

    /// Returns the number of new tokens that are old, and the number of old letters in the token behind them, if that token also has a part that is
    /// new.
    func seam(from known: Int) -> (tokens: Int, letters: Int) {
        let width = new.count + 1
        // Tokens behind the seam are new. Each costs for lying before the end of the committed words.
        var seam = (cost: Double.infinity, tokens: known, letters: 0)
        var fresh = 0.0
        for j in stride(from: new.count, through: known, by: -1) {
            if j < new.count, let part = costs.goesOn(j), let last = old.last {
                let cost = best[(old.count - 1) * width + j].cost + part + fresh + costs.late(j)
                if cost <= seam.cost { seam = (cost, j, last.text.string.count) }
            }
            if j < new.count { fresh = costs.early(j, with: fresh) }
            let cost = best[old.count * width + j].cost + fresh + costs.late(j)
            if cost <= seam.cost { seam = (cost, j, 0) }
        }
        return (seam.tokens, seam.letters)
    }

    /// Returns the last of the first `count` new tokens that is the same as an old token, and that old token; nil: there is none.
    func partner(before count: Int) -> (new: Int, old: Int)? {
        var i = old.count, j = count
        while i > 0 || j > 0 {
            switch best[i * (new.count + 1) + j].step {
            case .aligned, .split, .joined: return (j - 1, i - 1)
            case .absent: i -= 1
            case .leftOut: j -= 1
            case .start: return nil
            }
        }
        return nil
    }

    func isLastOfWord(_ number: Int) -> Bool { number + 1 == old.count || old[number + 1].word != old[number].word }
}

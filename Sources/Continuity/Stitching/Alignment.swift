import Speech

/// A word as it is spoken, or a part of it.
struct Token {
    var text: String
    var middle: Double
    /// Of its word.
    var end: SampleIndex
    /// The word that it belongs to.
    var word: Int
    /// It was said behind this.
    var earliest: Double
}

/// What two engines heard of the same audio, side by side.
struct Alignment {
    private enum Step { case start, aligned, split, joined, absent, leftOut }

    let old: [Token]
    let new: [Token]
    private let limit: Double
    private let jitter: Double
    private let reach: Double
    /// The furthest where both say where their words lie.
    private let usual: Double
    /// What a new word costs at most for lying before the end of what is committed. Who gives no times may only seem to.
    private let mostEarly: Double
    /// Where a gap ends that lies before what is committed.
    private let gap: Double
    /// Whether it is known where the new words lie, and where the old ones do.
    private let hasTimes: Bool
    private let others: Bool
    /// Of the best alignment of the first `i` old tokens with the first `j` new ones, at `i * (new.count + 1) + j`; and the last step to it.
    private var costs: [Double]
    private var steps: [Step]

    private static let missing = 0.8
    private static let substituted = 0.65

    init(
        _ old: [Token], _ new: [Token], heardFrom: SampleIndex, behind gap: SampleIndex?, through end: SampleIndex, reach: SampleCount,
        usual: SampleCount, jitter: SampleCount, hasTimes: Bool, others: Bool
    ) {
        self.hasTimes = hasTimes
        self.others = others
        let begin = Double(heardFrom.samples)
        self.gap = gap.map { Double($0.samples) } ?? -.infinity
        self.usual = Double(usual.samples)
        mostEarly = hasTimes ? Self.missing + 0.1 : Self.missing - 0.3
        self.old = old
        self.new = new
        limit = Double(end.samples)
        self.jitter = Double(jitter.samples)
        self.reach = Double(reach.samples)
        let width = new.count + 1
        costs = Array(repeating: .infinity, count: (old.count + 1) * width)
        steps = Array(repeating: .start, count: costs.count)
        costs[0] = 0
        for i in 0...old.count {
            // Before the new engine heard anything, it cannot have what was said.
            let heard = i == 0 ? 0 : (latest(i - 1) - begin) / (0.8 * self.usual) + 0.25
            let absent = Self.missing * min(1, max(0, heard))
            for j in 0...new.count {
                let place = i * width + j
                if i > 0 { consider(costs[place - width] + absent, .absent, at: place) }
                if j > 0 { consider(costs[place - 1] + leftOut(new[j - 1]), .leftOut, at: place) }
                guard i > 0, j > 0 else { continue }
                consider(costs[place - width - 1] + pair(i - 1, new[j - 1]), .aligned, at: place)
                if j > 1, old[i - 1].text == new[j - 2].text + new[j - 1].text {
                    consider(costs[place - width - 2] + apart(old[i - 1].middle, (new[j - 2].middle + new[j - 1].middle) / 2), .split, at: place)
                }
                if i > 1, new[j - 1].text == old[i - 2].text + old[i - 1].text {
                    consider(costs[place - 2 * width - 1] + apart((old[i - 2].middle + old[i - 1].middle) / 2, new[j - 1].middle), .joined, at: place)
                }
            }
        }
    }

    private mutating func consider(_ cost: Double, _ step: Step, at place: Int) {
        guard cost < costs[place] else { return }
        costs[place] = cost
        steps[place] = step
    }

    /// How many of the new tokens are old.
    func seam(from known: Int) -> Int {
        // Those behind the seam are new; it costs what they lie before the end of what is committed.
        var best = (cost: Double.infinity, tokens: known)
        var fresh = 0.0
        for j in stride(from: new.count, through: known, by: -1) {
            if j < new.count { fresh += min(mostEarly, max(0, limit - new[j].middle) / jitter) }
            let cost = costs[old.count * (new.count + 1) + j] + fresh
            if cost <= best.cost { best = (cost, j) }
        }
        return best.tokens
    }

    /// The last of the first `count` new tokens that is the same as an old one, and that one.
    func partner(before count: Int) -> (new: Int, old: Int)? {
        let width = new.count + 1
        var i = old.count, j = count
        while i > 0 || j > 0 {
            switch steps[i * width + j] {
            case .aligned, .split, .joined: return (j - 1, i - 1)
            case .absent: i -= 1
            case .leftOut: j -= 1
            case .start: return nil
            }
        }
        return nil
    }

    func isLastOfWord(_ number: Int) -> Bool { number + 1 == old.count || old[number + 1].word != old[number].word }

    /// The latest place at which an old token may lie: where that is not known, those behind it take some time each.
    private func latest(_ number: Int) -> Double {
        guard !others, let last = old.last else { return old[number].middle }
        return max(old[number].middle, Double(last.end.samples) - usual / 2 * (Double(old.count - number) - 0.5))
    }

    /// A token that only the new engine has, before the seam. What seems to lie in a gap is its repair's.
    private func leftOut(_ token: Token) -> Double { token.middle < gap ? 0 : Self.missing }

    private func pair(_ number: Int, _ new: Token) -> Double {
        let isSame = old[number].text == new.text
        return apart(old[number].middle, new.middle, most: isSame ? 1.5 : 1) * (isSame ? 0.7 : 1) + (isSame ? 0 : Self.substituted) * unlikely
            + tooEarly(number, new)
    }

    /// That an engine hears another word, where their places do not say that it is the same one.
    private var unlikely: Double { hasTimes && others ? 1 : 2.5 }

    /// Whoever does not say where words lie has not heard those that were over before it began, and says none of its last final again.
    private func tooEarly(_ number: Int, _ new: Token) -> Double { hasTimes ? 0 : max(0, new.earliest - latest(number)) / (usual / 2) }

    private func apart(_ old: Double, _ new: Double, most: Double = 1) -> Double {
        let apart = abs(old - new) / reach
        return apart <= most ? apart * 0.7 : .infinity
    }
}

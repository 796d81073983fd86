import Speech

/// A word as it is spoken, or a part of it.
struct Token {
    var text: String
    var middle: Double
    var length: Double
    /// The end of the token's word.
    var end: SampleIndex
    /// The word that it belongs to.
    var word: Int
    /// It was said behind this.
    var earliest: Double
    /// It was over at this, where that is all that is known.
    var bound: Double?
    /// The engine whose words are compared has said it.
    var isOwn = false
    /// It is known where it lies.
    var hasPlace = true
    /// The end of its audio may have cut it: then it is another word.
    var isCut = false

    /// The place where the token begins, if the token lies in the middle of its word.
    var start: Double { 2 * middle - Double(end.samples) }

    /// Returns the middle of the last `letters` letters of the token.
    func middle(ofLast letters: Int) -> Double { Double(end.samples) - (Double(end.samples) - start) * Double(letters) / Double(text.count) / 2 }
}

/// The words that two engines heard of the same audio, and what is known of where the words lie.
struct Comparison {
    /// The committed words.
    var old: [Token]
    /// The words that may be new.
    var new: [Token]
    /// How the new words were heard.
    var context: ComparisonContext
    /// The place where the new words' audio begins.
    var heardFrom: SampleIndex
    /// The end of what is committed.
    var end: SampleIndex
    /// The furthest that a word may lie from itself.
    var reach: SampleCount
    /// The furthest that a word may lie from itself if both engines say where their words lie.
    var usual: SampleCount
    /// A new word costs as much for lying so far before the end as a word that one of the engines left out.
    var jitter: SampleCount
    /// True if time runs backwards.
    var isMirrored: Bool
}

/// The words that two engines heard of the same audio, side by side.
struct Alignment {
    private enum Step { case start, aligned, split, joined, absent, leftOut }

    let old: [Token]
    let new: [Token]
    private let limit: Double
    /// The end of what the old ones may lie in.
    private let lastEnd: Double
    private let jitter: Double
    private let reach: Double
    /// The furthest where both say where their words lie.
    private let usual: Double
    /// Minimum duration of a word. Lowered to the new words' average when the speaker is fast.
    private let shortest: Double
    /// Maximum cost of a new word for lying before the end of what is committed. Words of an engine that gives no times may only seem to lie there.
    private let maxEarly: Double
    /// The end of a gap that lies before what is committed.
    private let gap: Double
    /// The beginning of that gap. Between words that were heard in the gap, nothing else was heard.
    private let gapStart: Double
    /// Gaps between the old ones.
    private let otherGaps: [SampleRange]
    /// True if the places of the new words are known; `others` is true if the places of the old words are known.
    private let hasTimes: Bool
    private let others: Bool
    /// Time runs backwards.
    private let isMirrored: Bool
    /// The new engine's audio begins within speech: its first word may be a part of one, heard as another.
    private let beginsInSpeech: Bool
    /// Its audio begins where that of those who spoke before ended, within speech.
    private let isCutOff: Bool
    /// The place where the new engine's audio begins.
    private let begin: Double
    /// Costs of the best alignments of the first `i` old tokens with the first `j` new tokens, at `i * (new.count + 1) + j`. `steps` has the last
    /// step to each.
    private var costs: [Double]
    private var steps: [Step]

    private static let missing = 0.8
    private static let substituted = 0.65

    init(_ comparison: Comparison) {
        let context = comparison.context
        old = comparison.old
        new = comparison.new
        isMirrored = comparison.isMirrored
        isCutOff = context.isCutOff && !isMirrored
        beginsInSpeech = context.beginsInSpeech
        otherGaps = context.otherGaps
        hasTimes = context.hasTimes
        others = context.others
        begin = Double(comparison.heardFrom.samples)
        gap = context.gap.map { Double($0.end.samples) } ?? -.infinity
        gapStart = context.gap.map { Double($0.start.samples) } ?? -.infinity
        usual = Double(comparison.usual.samples)
        shortest = min(usual / 2, new.reduce(0) { $0 + $1.length } / Double(max(1, new.count)))
        maxEarly = hasTimes && others ? Self.missing + 0.1 : Self.missing - 0.3
        limit = Double(comparison.end.samples)
        lastEnd = Double((context.othersThrough ?? comparison.end).samples)
        jitter = Double(comparison.jitter.samples)
        reach = Double(comparison.reach.samples)
        let width = new.count + 1
        costs = Array(repeating: .infinity, count: (old.count + 1) * width)
        steps = Array(repeating: .start, count: costs.count)
        costs[0] = 0
        align(heardThrough: context.finalEnd, isBehind: context.isBehind && !isMirrored)
    }

    /// Finds the best alignments.
    ///
    /// - Parameters:
    ///   - heardThrough: the end of the final that says the new words; nil: there are several finals, or none.
    ///   - isBehind: true if the new engine began in the silence behind all old words.
    private mutating func align(heardThrough: SampleIndex?, isBehind: Bool) {
        let width = new.count + 1
        for i in 0...old.count {
            // Before the new engine heard anything, it cannot have what was said; once it has, it must have what was said next.
            let doubt = (others ? 0.25 : 0.5) + (isCutOff && i == old.count ? 0.3 : 0)
            let heard = i == 0 || isBehind ? 0 : (max(spoken(i - 1), endHeard(of: i - 1) ?? -.infinity) - begin) / (0.8 * usual) + doubt
            for j in 0...new.count {
                let place = i * width + j
                if i > 0 {
                    let share = j == 0 ? min(1, max(0, heard)) : j < new.count && isHeardAgain(i - 1) ? unlikely(i - 1) : 1
                    consider(costs[place - width] + Self.missing * share, .absent, at: place)
                }
                // What was said behind the end of its final is not in that.
                if i > 0, j == new.count, hasTimes, let heardThrough {
                    let unheard = (Double(heardThrough.samples) - old[i - 1].middle) / (0.8 * usual) + doubt
                    consider(costs[place - width] + Self.missing * min(1, max(0, unheard)), .absent, at: place)
                }
                // Where nobody says where these lie, its audio began behind this one or it did not: that those before it are missing says no more.
                if i > 0, j == 0, !others { consider(Self.missing * max(0, heard), .absent, at: place) }
                if j > 0 { consider(costs[place - 1] + leftOut(new[j - 1], behind: i), .leftOut, at: place) }
                guard i > 0, j > 0 else { continue }
                consider(costs[place - width - 1] + pair(i - 1, j - 1), .aligned, at: place)
                if j > 1, old[i - 1].text == written(new[j - 2], new[j - 1]) {
                    consider(costs[place - width - 2] + apart(old[i - 1].middle, (new[j - 2].middle + new[j - 1].middle) / 2), .split, at: place)
                }
                if i > 1, new[j - 1].text == written(old[i - 2], old[i - 1]) {
                    consider(costs[place - 2 * width - 1] + apart((old[i - 2].middle + old[i - 1].middle) / 2, new[j - 1].middle), .joined, at: place)
                }
                // What it has said so far ends within what the other writes as one word.
                if j == new.count, isPart(new[j - 1].text, of: old[i - 1].text, atEnd: isMirrored) {
                    consider(costs[place - width - 1] + apart(old[i - 1].middle, new[j - 1].middle), .aligned, at: place)
                }
                // Its audio begins within what the other writes as one word.
                if j == 1, let end = endHeard(of: i - 1) { consider(costs[place - width - 1] + apart(end, new[0].middle), .aligned, at: place) }
            }
        }
    }

    /// Returns true if the engine of the new tokens also said an old token and the token behind it, and does not say where words lie. Such an engine
    /// hears the same each time, except for what its audio cuts.
    private func isHeardAgain(_ number: Int) -> Bool {
        !hasTimes && !others && number + 1 < old.count && old[number].isOwn && old[number + 1].isOwn
    }

    private mutating func consider(_ cost: Double, _ step: Step, at place: Int) {
        guard cost < costs[place] else { return }
        costs[place] = cost
        steps[place] = step
    }

    /// Returns the number of new tokens that are old, and the number of old letters in the next token, which is written as one word with what is new.
    func seam(from known: Int) -> (tokens: Int, letters: Int) {
        // Those behind the seam are new; it costs what they lie before the end of what is committed.
        var best = (cost: Double.infinity, tokens: known, letters: 0)
        var fresh = 0.0
        for j in stride(from: new.count, through: known, by: -1) {
            if j < new.count, let last = old.last, begin <= last.middle, isPart(last.text, of: new[j].text, atEnd: isMirrored) {
                let cost = costs[(old.count - 1) * (new.count + 1) + j] + apart(last.middle, new[j].middle) + fresh + late(j)
                if cost <= best.cost { best = (cost, j, last.text.count) }
            }
            if j < new.count {
                let early = min(maxEarly, max(0, limit - new[j].middle) / jitter)
                // Without times all of them seem to lie early together.
                fresh = hasTimes ? fresh + early : max(fresh, early)
            }
            let cost = costs[old.count * (new.count + 1) + j] + fresh + late(j)
            if cost <= best.cost { best = (cost, j, 0) }
        }
        return (best.tokens, best.letters)
    }

    /// Returns the place of the first new token in what the other engine writes as one word, if the new engine's audio begins within that word.
    private func endHeard(of number: Int) -> Double? {
        guard let first = new.first, isPart(first.text, of: old[number].text, atEnd: !isMirrored),
            begin > old[number].start - usual / (others ? 4 : 1)
        else { return nil }
        let middle = old[number].middle(ofLast: first.text.count)
        // What is committed behind a gap without times may lie a little before where it seems to.
        return begin < middle + (isMirrored && !others ? usual / 4 : 0) ? middle : nil
    }

    /// Returns the cost of committing the first `count` new tokens although the last of them seems to lie behind the end of what is committed. Words
    /// that have more room than they take are spread over noise.
    private func late(_ count: Int) -> Double {
        guard !hasTimes, !others, !isMirrored, !isCutOff, count > 0, let before = old.last else { return 0 }
        let last = new[count - 1]
        guard max(last.length, before.length) <= usual else { return 0 }
        // A silence behind the end is no place for words.
        let beyond = new[..<count].reduce(0) { $0 + max(0, min($1.length, $1.middle + $1.length / 2 - limit)) }
        return min(maxEarly, max(0, beyond - last.length / 2) / jitter)
    }

    /// Two tokens as one word.
    private func written(_ first: Token, _ second: Token) -> String { isMirrored ? second.text + first.text : first.text + second.text }

    /// Returns true if `whole` may be written for two words of which `part` is one. A letter is no word here.
    private func isPart(_ part: String, of whole: String, atEnd: Bool) -> Bool {
        part.count > 1 && whole.count > part.count + 1 && (atEnd ? whole.hasSuffix(part) : whole.hasPrefix(part))
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

    /// A token that only the new engine has, before the seam and behind so many old ones. What seems to lie in a gap is its repair's.
    private func leftOut(_ token: Token, behind count: Int) -> Double {
        if hasTimes, otherGaps.contains(where: { $0.contains(SampleIndex(Int64(token.middle))) }) { return 0 }
        // What is said behind a word that stands behind the gap is not in it, and who has heard a word in it has heard those that follow.
        if count > 0, Double(old[count - 1].end.samples) > gapStart { return Self.missing }
        // Behind the last word that is known there may be another gap.
        if isMirrored, !hasTimes, count == 0, begin < gap { return 0 }
        // What was over only behind the last final was not said in it.
        let place = isMirrored && hasTimes && !others ? token.middle - token.length / 2 + usual / 4 : token.middle
        return place < gap ? 0 : Self.missing
    }

    private func pair(_ number: Int, _ place: Int) -> Double {
        let isSame = old[number].text == new[place].text
        // What is left of a word that is cut is another word more often than not.
        let weight = old[number].isCut ? 0.5 : place == 0 && beginsInSpeech ? 1 : unlikely(number)
        return distance(old[number], new[place], isSame: isSame) + (isSame ? 0 : Self.substituted * weight)
            + tooEarly(number, new[place]) + tooLate(number, new[place])
    }

    /// That an engine hears another word, where their places do not say that it is the same one.
    private func unlikely(_ number: Int) -> Double { hasTimes && old[number].hasPlace ? 1 : 2.5 }

    /// Whoever does not say where words lie has not heard those that were over before it began, and says none of its last final again.
    private func tooEarly(_ number: Int, _ new: Token) -> Double {
        hasTimes ? 0 : max(0, new.earliest - latest(number)) / (others ? usual / 2 : jitter)
    }

    /// Returns the place where an old token was spoken. If the place is not known, it lies between where the token seems to lie and the latest place
    /// at which the token may lie.
    private func spoken(_ number: Int) -> Double {
        let middle = old[number].middle
        guard !old[number].hasPlace, !isMirrored else { return middle }
        let most = max(0, lastEnd - usual / 2 * Double(old.count - number) - middle)
        return middle + min(Double(old[number].end.samples) - middle, most / 2)
    }

    /// The latest place at which an old token may lie: where that is not known, those behind it take some time each.
    private func latest(_ number: Int) -> Double {
        let end = Double(old[number].end.samples)
        guard !others, let last = old.last else { return end }
        let latest = Double(last.end.samples) - shortest * (Double(old.count - number) - 1)
        return max(old[number].middle, min(latest, old[number].bound ?? latest))
    }

    /// Returns the cost of a new token that lies too late for an old token without a known place. Committed words of an engine that does not say
    /// where words lie, lie before the end of what is committed.
    private func tooLate(_ number: Int, _ new: Token) -> Double {
        hasTimes && !old[number].hasPlace && !isMirrored ? max(0, new.middle - lastEnd - usual / 4) / usual : 0
    }

    /// Returns the cost of the distance between two tokens. Of a word without a length only the end is known: then ends are compared.
    private func distance(_ old: Token, _ new: Token, isSame: Bool) -> Double {
        let reach = hasTimes && old.hasPlace ? usual : nil
        guard hasTimes, old.hasPlace, old.length == 0 || new.length == 0 || old.isCut else {
            return apart(old.middle, new.middle, isSame: isSame, reach: reach)
        }
        // Of one that is cut, it is known where it begins.
        let side = isMirrored == old.isCut ? 0.5 : -0.5
        return apart(old.middle + side * old.length, new.middle + side * new.length, isSame: isSame, reach: reach)
    }

    /// Returns the cost of the distance between two places. If only the order of the new words is known, the same word may be anywhere.
    private func apart(_ old: Double, _ new: Double, isSame: Bool = false, reach: Double? = nil) -> Double {
        let apart = abs(old - new) / (reach ?? self.reach)
        return apart <= 1 || isSame && !hasTimes ? min(apart, 1) * (isSame ? 0.49 : 0.7) : .infinity
    }
}

import Speech

/// A spoken word, or one of several spoken words that a written word stands for.
struct Token {
    var text: String
    var middle: Double
    var length: Double
    /// The end of the token's word.
    var end: SampleIndex
    /// Index of the written word that the token belongs to.
    var word: Int
    /// Place behind which the token was said.
    var earliest: Double
    /// Place by which the token was over, for a token without a known place; nil: not known.
    var bound: Double?
    /// True if the engine whose words are compared has said the token itself.
    var isOwn = false
    /// True if the token's place is known.
    var hasPlace = true
    /// True if the end of the audio may have cut the token, which may then be heard as another word.
    var isCut = false

    /// The place where the token begins, if the token lies in the middle of its word.
    var start: Double { 2 * middle - Double(end.samples) }

    /// Returns the middle of the last `letters` letters of the token.
    func middle(ofLast letters: Int) -> Double { Double(end.samples) - (Double(end.samples) - start) * Double(letters) / Double(text.count) / 2 }
}

/// Two engines' words for the same audio, with the facts about the places of the words.
struct Comparison {
    /// The committed words.
    var old: [Token]
    /// The words that may be new.
    var new: [Token]
    /// The facts about the engine of the new words.
    var context: ComparisonContext
    /// The place where the new words' audio begins.
    var heardFrom: SampleIndex
    /// The end of the committed audio.
    var end: SampleIndex
    /// Maximum distance between the places of the same word in both results.
    var reach: SampleCount
    /// Maximum distance between the places of the same word if both engines say where their words lie.
    var usual: SampleCount
    /// Distance before the end of the committed words at which a new word costs as much as a word that one of the engines left out.
    var jitter: SampleCount
    /// True if the comparison runs backwards in time: positions are negative and words are in the opposite order.
    var isMirrored: Bool
}

/// The alignment of two engines' words for the same audio, at the least cost.
struct Alignment {
    private enum Step { case start, aligned, split, joined, absent, leftOut }

    let old: [Token]
    let new: [Token]
    private let limit: Double
    /// The furthest place that the old words may reach.
    private let lastEnd: Double
    private let jitter: Double
    private let reach: Double
    /// Maximum distance between the places of the same word if both engines say where words lie.
    private let usual: Double
    /// Minimum duration of a word. Lowered to the new words' average when the speaker is fast.
    private let shortest: Double
    /// Maximum cost of a new word for lying before the end of the committed audio. Without word times, words may only seem to lie there.
    private let maxEarly: Double
    /// The end of a gap that lies before the committed words.
    private let gap: Double
    /// The beginning of that gap. Between words that were heard in the gap, nothing else was heard.
    private let gapStart: Double
    /// Gaps between the old words.
    private let otherGaps: [SampleRange]
    /// True if the places of the new words are known; `others` is true if the places of the old words are known.
    private let hasTimes: Bool
    private let others: Bool
    /// True if the comparison runs backwards in time.
    private let isMirrored: Bool
    /// True if the new engine's audio begins within speech: its first word may be a part of a word, heard as another word.
    private let beginsInSpeech: Bool
    /// True if the new engine's audio begins where the audio of the earlier engines ended, within speech.
    private let isCutOff: Bool
    /// The place where the new engine's audio begins.
    private let begin: Double
    /// Costs of the best alignments of the first `i` old tokens with the first `j` new tokens, at `i * (new.count + 1) + j`. `steps` has the last
    /// step of each alignment.
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

    /// Fills `costs` and `steps` with the best alignments.
    ///
    /// - Parameters:
    ///   - heardThrough: the end of the final that says the new words; nil: there are several finals, or none.
    ///   - isBehind: true if the new engine began in the silence behind all old words.
    private mutating func align(heardThrough: SampleIndex?, isBehind: Bool) {
        let width = new.count + 1
        for i in 0...old.count {
            // The new engine cannot have words from before its audio; it must have the words after.
            let doubt = (others ? 0.25 : 0.5) + (isCutOff && i == old.count ? 0.3 : 0)
            let heard = i == 0 || isBehind ? 0 : (max(spoken(i - 1), endHeard(of: i - 1) ?? -.infinity) - begin) / (0.8 * usual) + doubt
            for j in 0...new.count {
                let place = i * width + j
                if i > 0 {
                    let share = j == 0 ? min(1, max(0, heard)) : j < new.count && isHeardAgain(i - 1) ? unlikely(i - 1) : 1
                    consider(costs[place - width] + Self.missing * share, .absent, at: place)
                }
                // Words behind the end of a final are not in the final.
                if i > 0, j == new.count, hasTimes, let heardThrough {
                    let unheard = (Double(heardThrough.samples) - old[i - 1].middle) / (0.8 * usual) + doubt
                    consider(costs[place - width] + Self.missing * min(1, max(0, unheard)), .absent, at: place)
                }
                // Without the old words' places, the new audio began behind this word or before it; that the words before are missing says no more.
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
                // The new words so far end within a word that the other engine writes as one.
                if j == new.count, isPart(new[j - 1].text, of: old[i - 1].text, atEnd: isMirrored) {
                    consider(costs[place - width - 1] + apart(old[i - 1].middle, new[j - 1].middle), .aligned, at: place)
                }
                // The new audio begins within a word that the other engine writes as one.
                if j == 1, let end = endHeard(of: i - 1) { consider(costs[place - width - 1] + apart(end, new[0].middle), .aligned, at: place) }
            }
        }
    }

    /// Returns true if the engine of the new tokens also said an old token and the token behind it, and has no word times. Such an engine hears the
    /// same words each time, except for words that its audio cuts.
    private func isHeardAgain(_ number: Int) -> Bool {
        !hasTimes && !others && number + 1 < old.count && old[number].isOwn && old[number + 1].isOwn
    }

    private mutating func consider(_ cost: Double, _ step: Step, at place: Int) {
        guard cost < costs[place] else { return }
        costs[place] = cost
        steps[place] = step
    }

    /// Returns the number of new tokens that are old, and the number of old letters in the token behind them, if that token also has a part that is
    /// new.
    func seam(from known: Int) -> (tokens: Int, letters: Int) {
        // Tokens behind the seam are new. Each costs for lying before the end of the committed words.
        var best = (cost: Double.infinity, tokens: known, letters: 0)
        var fresh = 0.0
        for j in stride(from: new.count, through: known, by: -1) {
            if j < new.count, let last = old.last, begin <= last.middle, isPart(last.text, of: new[j].text, atEnd: isMirrored) {
                let cost = costs[(old.count - 1) * (new.count + 1) + j] + apart(last.middle, new[j].middle) + fresh + late(j)
                if cost <= best.cost { best = (cost, j, last.text.count) }
            }
            if j < new.count {
                let early = min(maxEarly, max(0, limit - new[j].middle) / jitter)
                // Without word times, all new tokens seem to lie too early together.
                fresh = hasTimes ? fresh + early : max(fresh, early)
            }
            let cost = costs[old.count * (new.count + 1) + j] + fresh + late(j)
            if cost <= best.cost { best = (cost, j, 0) }
        }
        return (best.tokens, best.letters)
    }

    /// Returns the place of the first new token in an old word, if the new engine's audio begins within that word; nil otherwise.
    private func endHeard(of number: Int) -> Double? {
        guard let first = new.first, isPart(first.text, of: old[number].text, atEnd: !isMirrored),
            begin > old[number].start - usual / (others ? 4 : 1)
        else { return nil }
        let middle = old[number].middle(ofLast: first.text.count)
        // Without word times, words committed behind a gap may lie a little before the places that they seem to have.
        return begin < middle + (isMirrored && !others ? usual / 4 : 0) ? middle : nil
    }

    /// Returns the cost of treating the first `count` new tokens as old although the last of them seems to lie behind the end of the committed words.
    /// Words that have more room than they need are spread over noise.
    private func late(_ count: Int) -> Double {
        guard !hasTimes, !others, !isMirrored, !isCutOff, count > 0, let before = old.last else { return 0 }
        let last = new[count - 1]
        guard max(last.length, before.length) <= usual else { return 0 }
        // Words do not lie in the silence behind the end.
        let beyond = new[..<count].reduce(0) { $0 + max(0, min($1.length, $1.middle + $1.length / 2 - limit)) }
        return min(maxEarly, max(0, beyond - last.length / 2) / jitter)
    }

    /// Returns the text of two tokens that are written as one word.
    private func written(_ first: Token, _ second: Token) -> String { isMirrored ? second.text + first.text : first.text + second.text }

    /// Returns true if `whole` may be two words written as one, of which `part` is one. A part of a single letter does not count.
    private func isPart(_ part: String, of whole: String, atEnd: Bool) -> Bool {
        part.count > 1 && whole.count > part.count + 1 && (atEnd ? whole.hasSuffix(part) : whole.hasPrefix(part))
    }

    /// Returns the last of the first `count` new tokens that is the same as an old token, and that old token; nil: there is none.
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

    /// Returns the cost of a token that only the new engine has, before the seam and behind `count` old tokens. A token in a gap costs nothing,
    /// because the gap's repair has it.
    private func leftOut(_ token: Token, behind count: Int) -> Double {
        if hasTimes, otherGaps.contains(where: { $0.contains(SampleIndex(Int64(token.middle))) }) { return 0 }
        // A token said behind a word that stands behind the gap is not in the gap. An engine that heard one word there has heard the words that
        // follow.
        if count > 0, Double(old[count - 1].end.samples) > gapStart { return Self.missing }
        // Behind the last known word there may be another gap.
        if isMirrored, !hasTimes, count == 0, begin < gap { return 0 }
        // A token that was over only behind the last final was not said in that final.
        let place = isMirrored && hasTimes && !others ? token.middle - token.length / 2 + usual / 4 : token.middle
        return place < gap ? 0 : Self.missing
    }

    private func pair(_ number: Int, _ place: Int) -> Double {
        let isSame = old[number].text == new[place].text
        // The rest of a cut word is usually heard as another word.
        let weight = old[number].isCut ? 0.5 : place == 0 && beginsInSpeech ? 1 : unlikely(number)
        return distance(old[number], new[place], isSame: isSame) + (isSame ? 0 : Self.substituted * weight)
            + tooEarly(number, new[place]) + tooLate(number, new[place])
    }

    /// Returns the factor for hearing another word, which is larger where the places do not show that both are the same word.
    private func unlikely(_ number: Int) -> Double { hasTimes && old[number].hasPlace ? 1 : 2.5 }

    /// Returns the cost of a new token that begins after an old one was over. An engine without word times has not heard the words before its audio,
    /// and repeats no words of its last final.
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

    /// Returns the latest place at which an old token may lie. Without word times, the tokens behind it take some time each.
    private func latest(_ number: Int) -> Double {
        let end = Double(old[number].end.samples)
        guard !others, let last = old.last else { return end }
        let latest = Double(last.end.samples) - shortest * (Double(old.count - number) - 1)
        return max(old[number].middle, min(latest, old[number].bound ?? latest))
    }

    /// Returns the cost of a new token that lies too late for an old token without a known place. Committed words of an engine without word times lie
    /// before the end of the committed audio.
    private func tooLate(_ number: Int, _ new: Token) -> Double {
        hasTimes && !old[number].hasPlace && !isMirrored ? max(0, new.middle - lastEnd - usual / 4) / usual : 0
    }

    /// Returns the cost of the distance between two tokens. For a token of zero length only the end is known, so ends are compared.
    private func distance(_ old: Token, _ new: Token, isSame: Bool) -> Double {
        let reach = hasTimes && old.hasPlace ? usual : nil
        guard hasTimes, old.hasPlace, old.length == 0 || new.length == 0 || old.isCut else {
            return apart(old.middle, new.middle, isSame: isSame, reach: reach)
        }
        // For a cut token, the beginning is known.
        let side = isMirrored == old.isCut ? 0.5 : -0.5
        return apart(old.middle + side * old.length, new.middle + side * new.length, isSame: isSame, reach: reach)
    }

    /// Returns the cost of the distance between two places. If only the order of the new words is known, the same word may lie anywhere.
    private func apart(_ old: Double, _ new: Double, isSame: Bool = false, reach: Double? = nil) -> Double {
        let apart = abs(old - new) / (reach ?? self.reach)
        return apart <= 1 || isSame && !hasTimes ? min(apart, 1) * (isSame ? 0.49 : 0.7) : .infinity
    }
}

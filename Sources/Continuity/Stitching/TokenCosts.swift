import Speech

/// The costs of the steps by which two engines' words for the same audio are aligned.
struct TokenCosts {
    let old: [Token]
    let new: [Token]
    /// The middles of the new tokens.
    private let newMiddles: [Double]
    /// The length of the longest new token.
    private let longest: Double
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
    private let hasGaps: Bool
    /// True if the places of the new words are known; `others` is true if the places of the old words are known.
    private let hasTimes: Bool
    private let others: Bool
    /// True if the comparison runs backwards in time.
    private let isMirrored: Bool
    /// True if the new engine's audio begins within speech: its first word may be a part of a word, heard as another word.
    private let beginsInSpeech: Bool
    /// True if the new engine's audio begins where the audio of the earlier engines ended, within speech.
    private let isCutOff: Bool
    /// True if the new engine began in the silence behind all old words.
    private let isBehind: Bool
    /// The place where the new engine's audio begins.
    private let begin: Double
    /// The end of the final that says the new words; nil: there are several finals, or none.
    private let heardThrough: SampleIndex?

    private static let missing = 0.8
    private static let substituted = 0.65

    init(_ comparison: Comparison) {
        let context = comparison.context
        old = comparison.old
        new = comparison.new
        isMirrored = comparison.isMirrored
        newMiddles = new.map(\.middle)
        longest = new.reduce(0) { max($0, $1.length) }
        isCutOff = context.isCutOff && !isMirrored
        isBehind = context.isBehind && !isMirrored
        beginsInSpeech = context.beginsInSpeech
        otherGaps = context.otherGaps
        hasGaps = context.gap != nil || !otherGaps.isEmpty
        heardThrough = context.finalEnd
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
    }

    // MARK: - Words that only the old engines have

    /// The costs of an old token that the new engine does not have.
    struct Absence {
        /// The cost before the first new token.
        var beforeAll: Double
        /// The cost between two new tokens.
        var between: Double
        /// The cost behind the last new token.
        var behindAll: Double
        /// The cost of this token and all tokens before it, if the new audio began behind this token; nil: each token counts for itself.
        var ofAll: Double?
    }

    /// Returns the costs of an old token that the new engine does not have.
    ///
    /// - Parameter end: the place of the first new token in the old word, if the new engine's audio begins within that word.
    func absence(of number: Int, heard end: Double?) -> Absence {
        // The new engine cannot have words from before its audio; it must have the words after.
        let doubt = (others ? 0.25 : 0.5) + (isCutOff && number == old.count - 1 ? 0.3 : 0)
        let heard = isBehind ? 0 : (max(spoken(number), end ?? -.infinity) - begin) / (0.8 * usual) + doubt
        var absence = Absence(
            beforeAll: Self.missing * min(1, max(0, heard)), between: Self.missing * (isHeardAgain(number) ? unlikely(number) : 1),
            behindAll: Self.missing)
        // Words behind the end of a final are not in the final.
        if hasTimes, let heardThrough {
            let unheard = (Double(heardThrough.samples) - old[number].middle) / (0.8 * usual) + doubt
            absence.behindAll = Self.missing * min(1, max(0, unheard))
        }
        // Without the old words' places, the new audio began behind this word or before it; that the words before are missing says no more.
        if !others { absence.ofAll = Self.missing * max(0, heard) }
        return absence
    }

    /// Returns true if the engine of the new tokens also said an old token and the token behind it, and has no word times. Such an engine hears the
    /// same words each time, except for words that its audio cuts.
    private func isHeardAgain(_ number: Int) -> Bool {
        !hasTimes && !others && number + 1 < old.count && old[number].isOwn && old[number + 1].isOwn
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

    // MARK: - Words that only the new engine has

    /// Returns the cost of a token that only the new engine has, before the seam and behind `count` old tokens. A token in a gap costs nothing,
    /// because the gap's repair has it.
    func leftOut(_ number: Int, behind count: Int) -> Double {
        guard hasGaps else { return Self.missing }
        let middle = new[number].middle
        if hasTimes, otherGaps.contains(where: { $0.contains(SampleIndex(Int64(middle))) }) { return 0 }
        // A token said behind a word that stands behind the gap is not in the gap. An engine that heard one word there has heard the words that
        // follow.
        if count > 0, Double(old[count - 1].end.samples) > gapStart { return Self.missing }
        // Behind the last known word there may be another gap.
        if isMirrored, !hasTimes, count == 0, begin < gap { return 0 }
        // A token that was over only behind the last final was not said in that final.
        let place = isMirrored && hasTimes && !others ? middle - new[number].length / 2 + usual / 4 : middle
        return place < gap ? 0 : Self.missing
    }

    /// Returns the cost of a token behind the seam for lying before the end of the committed audio, added to the cost of the tokens behind it.
    func early(_ number: Int, with rest: Double) -> Double {
        let early = min(maxEarly, max(0, limit - new[number].middle) / jitter)
        // Without word times, all new tokens seem to lie too early together.
        return hasTimes ? rest + early : max(rest, early)
    }

    /// Returns the cost of treating the first `count` new tokens as old although the last of them seems to lie behind the end of the committed words.
    /// Words that have more room than they need are spread over noise.
    func late(_ count: Int) -> Double {
        guard !hasTimes, !others, !isMirrored, !isCutOff, count > 0, let before = old.last else { return 0 }
        let last = new[count - 1]
        guard max(last.length, before.length) <= usual else { return 0 }
        // Words do not lie in the silence behind the end.
        let beyond = new[..<count].reduce(0) { $0 + max(0, min($1.length, $1.middle + $1.length / 2 - limit)) }
        return min(maxEarly, max(0, beyond - last.length / 2) / jitter)
    }

    // MARK: - Words that both have

    /// Returns the new tokens that may be the same word as an old token. For all other new tokens, `pair` is infinite; so is `split`, if no token of
    /// the pair is among these, and `joined`, if the new token is not among those of either old token.
    func near(_ number: Int) -> Range<Int> {
        guard hasTimes else { return new.indices }
        // A token lies further off by half its length if ends are compared in place of middles. The last sample is for rounding.
        let most = max(reach, usual) + (old[number].length + longest) / 2 + 1, middle = old[number].middle
        guard let first = newMiddles.firstIndex(where: { abs($0 - middle) <= most }) else { return 0..<0 }
        let last = newMiddles.lastIndex { abs($0 - middle) <= most } ?? first
        return first..<last + 1
    }

    /// Returns the cost of an old and a new token that are the same word.
    func pair(_ number: Int, _ place: Int) -> Double {
        let apart = distance(number, place)
        // Most tokens are too far apart, whatever their texts.
        guard apart <= 1 || !hasTimes else { return .infinity }
        let isSame = old[number].text == new[place].text
        // The rest of a cut word is usually heard as another word.
        let weight = old[number].isCut ? 0.5 : place == 0 && beginsInSpeech ? 1 : unlikely(number)
        return cost(apart, isSame: isSame) + (isSame ? 0 : Self.substituted * weight) + tooEarly(number, place) + tooLate(number, place)
    }

    /// Returns the cost of an old token that is two new tokens, of which `place` is the second.
    func split(_ number: Int, _ place: Int) -> Double {
        let apart = apart(old[number].middle, (new[place - 1].middle + new[place].middle) / 2)
        guard apart <= 1, isJoined(old[number].text, of: new[place - 1], new[place]) else { return .infinity }
        return cost(apart)
    }

    /// Returns the cost of two old tokens, of which `number` is the second, that are one new token.
    func joined(_ number: Int, _ place: Int) -> Double {
        let apart = apart((old[number - 1].middle + old[number].middle) / 2, new[place].middle)
        guard apart <= 1, isJoined(new[place].text, of: old[number - 1], old[number]) else { return .infinity }
        return cost(apart)
    }

    /// Returns true if `text` is two neighboring tokens written as one word.
    private func isJoined(_ text: TokenText, of first: Token, _ second: Token) -> Bool {
        isMirrored ? text.joins(second.text, first.text) : text.joins(first.text, second.text)
    }

    /// Returns the cost of the last new token if it is a part of an old word.
    func endsWithin(_ number: Int) -> Double {
        guard let last = new.last, isPart(last.text, of: old[number].text, atEnd: isMirrored) else { return .infinity }
        return cost(apart(old[number].middle, last.middle))
    }

    /// Returns the cost of the first new token if it lies at `end`, within an old word.
    func begins(at end: Double) -> Double { cost(apart(end, new[0].middle)) }

    /// Returns the cost of a new token of which the last old token is a part; nil if it is none.
    func goesOn(_ place: Int) -> Double? {
        guard let last = old.last, begin <= last.middle, isPart(last.text, of: new[place].text, atEnd: isMirrored) else { return nil }
        return cost(apart(last.middle, new[place].middle))
    }

    /// Returns the place of the first new token in an old word, if the new engine's audio begins within that word; nil otherwise.
    func endHeard(of number: Int) -> Double? {
        guard !new.isEmpty, begin > old[number].start - usual / (others ? 4 : 1), isPart(new[0].text, of: old[number].text, atEnd: !isMirrored)
        else { return nil }
        let middle = old[number].middle(ofLast: new[0].text.string.count)
        // Without word times, words committed behind a gap may lie a little before the places that they seem to have.
        return begin < middle + (isMirrored && !others ? usual / 4 : 0) ? middle : nil
    }

    /// Returns true if `whole` may be two words written as one, of which `part` is one. A part of a single letter does not count.
    private func isPart(_ part: TokenText, of whole: TokenText, atEnd: Bool) -> Bool {
        let part = part.string, whole = whole.string
        // Most words differ in the letter at their edge.
        let edges = atEnd ? (part.utf8.last, whole.utf8.last) : (part.utf8.first, whole.utf8.first)
        if let one = edges.0, let other = edges.1, one != other, one < 0x80, other < 0x80 { return false }
        return part.count > 1 && whole.count > part.count + 1 && (atEnd ? whole.hasSuffix(part) : whole.hasPrefix(part))
    }

    /// Returns the factor for hearing another word, which is larger where the places do not show that both are the same word.
    private func unlikely(_ number: Int) -> Double { hasTimes && old[number].hasPlace ? 1 : 2.5 }

    /// Returns the cost of a new token that begins after an old one was over. An engine without word times has not heard the words before its audio,
    /// and repeats no words of its last final.
    private func tooEarly(_ number: Int, _ place: Int) -> Double {
        hasTimes ? 0 : max(0, new[place].earliest - latest(number)) / (others ? usual / 2 : jitter)
    }

    /// Returns the cost of a new token that lies too late for an old token without a known place. Committed words of an engine without word times lie
    /// before the end of the committed audio.
    private func tooLate(_ number: Int, _ place: Int) -> Double {
        hasTimes && !old[number].hasPlace && !isMirrored ? max(0, new[place].middle - lastEnd - usual / 4) / usual : 0
    }

    /// Returns the distance between two tokens, as a share of the maximum distance of the same word. For a token of zero length only the end is known,
    /// so ends are compared.
    private func distance(_ number: Int, _ place: Int) -> Double {
        let oldLength = old[number].length, newLength = new[place].length
        let reach = hasTimes && old[number].hasPlace ? usual : nil
        guard hasTimes, old[number].hasPlace, oldLength == 0 || newLength == 0 || old[number].isCut else {
            return apart(old[number].middle, new[place].middle, reach: reach)
        }
        // For a cut token, the beginning is known.
        let side = isMirrored == old[number].isCut ? 0.5 : -0.5
        return apart(old[number].middle + side * oldLength, new[place].middle + side * newLength, reach: reach)
    }

    /// Returns the distance between two places, as a share of the maximum distance of the same word.
    private func apart(_ old: Double, _ new: Double, reach: Double? = nil) -> Double { abs(old - new) / (reach ?? self.reach) }

    /// Returns the cost of a distance. If only the order of the new words is known, the same word may lie anywhere.
    private func cost(_ apart: Double, isSame: Bool = false) -> Double {
        apart <= 1 || isSame && !hasTimes ? min(apart, 1) * (isSame ? 0.49 : 0.7) : .infinity
    }
}

package import Speech

/// The place where one engine's words continue another engine's words for the same audio: between two words, never within one.
///
/// The engines' times differ by some tenths of a second, and their words are not always the same. Words are aligned by text and time at the least
/// cost; where no text agrees, time decides.
package enum Seam {
    /// Maximum distance between the places of the same word in two engines' results.
    private static let tolerance: Duration = .milliseconds(550)
    /// Distance before the end of the committed words at which a new word costs as much as a word that one of the engines left out.
    private static let jitter: Duration = .milliseconds(300)
    /// Factor by which the places of words may differ more if their engine has no word times.
    private static let vagueness = 8.0
    /// Maximum number of tokens that are compared on each side of the seam.
    private static let most = 48

    /// The source of a committed word: the engine that said the word, and how the word's place is known.
    package struct Source: Sendable {
        var engine: EngineName
        /// Place by which the word was over; nil: the end of the word.
        var bound: SampleIndex?
        /// True if the word's place is known, although the places of the other words are not.
        var hasTimes = false
        /// True if the end of the audio may have cut the word, which may then be heard as another word.
        var isCut = false
    }

    /// Returns the words of `words` that are not already in `tail`.
    ///
    /// A written word may stand for several spoken words. If `tail` has some of these, the others are returned: after "ninety", "98" adds "eight".
    ///
    /// - Parameters:
    ///   - words: in order.
    ///   - tail: the last words that were committed, in order.
    ///   - end: the end of the committed audio.
    ///   - isMirrored: true if the comparison runs backwards in time: positions are negative, words are in the opposite order, and the beginnings of
    ///     the words meet.
    package static func fresh(
        _ words: [Word], after tail: [RememberedWord], through end: SampleIndex, _ context: ComparisonContext, isMirrored: Bool = false
    ) -> [Word] {
        let usual = SampleCount(tolerance, at: context.rate)
        // If the places of the committed words are known, their errors do not add to the errors of the new words.
        let isHalfVague = context.others && !context.hasTimes
        let vagueness = isHalfVague ? vagueness / 2.0.squareRoot() : vagueness
        let tolerance = SampleCount(tolerance * (context.hasTimes && context.others ? 1 : vagueness), at: context.rate)
        let jitter = SampleCount(jitter * (context.hasTimes ? 1 : 2), at: context.rate)
        var words = words
        // Words that the engine says again are not new.
        if let last = context.earlier.last?.word {
            let said = last.range.end
            // Engines may give the rest of a cut word a length of zero, and the next word too.
            words.removeAll { $0.middle < said || $0.range.end <= said && (context.hasTimes && $0.text == last.text || $0.range.start < said) }
        }
        // With word times, words far behind the committed audio are new.
        let edge = end + tolerance
        guard let next = words.first, next.range.start < edge || !context.hasTimes else { return words }
        let first = (context.earlier.first?.word ?? next).range.start
        let origin = context.origin ?? first
        let begin = max(origin, context.finalStart ?? origin)
        // Without word times, a word of a long final may lie anywhere in it.
        let reach = context.hasTimes ? tolerance : max(tolerance, words[words.count - 1].range.end - first)
        let earliest = context.hasTimes ? first : min(first, origin)
        let old = tokens(ofSettled: tail, endingBehind: earliest - tolerance, context, isMirrored)
        let new = tokens(of: words, before: edge, saidFrom: begin, earlierFrom: origin, context, isMirrored)
        let alignment = Alignment(
            Comparison(
                old: old, new: new, context: context, heardFrom: origin, end: end, reach: reach, usual: usual, jitter: jitter,
                isMirrored: isMirrored))
        let count = context.earlier.count
        let known = new.prefix { $0.word < count }.count
        let (seam, letters) = alignment.seam(from: known)
        if letters > 0 {
            return rest(of: Array(words[(alignment.new[seam].word - count)...]), behind: letters, alignment, seam, isMirrored)
        }
        guard seam > known else { return Array(words[max(0, (new.first?.word ?? 0) - count)...]) }
        let last = alignment.new[seam - 1].word
        let place = last - count
        guard seam < alignment.new.count, alignment.new[seam].word == last, place >= 0 else { return Array(words[max(0, place + 1)...]) }
        words.removeFirst(place)
        // A part of the written word is old: the part that matches an old token.
        guard let (part, partner) = alignment.partner(before: seam), alignment.new[part].word == last else { return words }
        let rest = alignment.new[(part + 1)...].prefix { $0.word == last }.map(\.text.string)
        guard !rest.isEmpty else { return Array(words.dropFirst()) }
        let share = Double(rest.count) / Double(SpokenForm.tokens(of: words[0]).count)
        let before = alignment.isLastOfWord(partner) ? alignment.old[partner] : nil
        words[0] = remainder(of: words[0], saying: rest, share: share, behind: before, isMirrored)
        return words
    }

    /// Returns `words` without the first letters of the first token, which were committed as a word.
    private static func rest(of words: [Word], behind letters: Int, _ alignment: Alignment, _ seam: Int, _ isMirrored: Bool) -> [Word] {
        guard let first = words.first else { return [] }
        let tokens = alignment.new[seam...].prefix { $0.word == alignment.new[seam].word }.map(\.text.string)
        let part = isMirrored ? tokens[0].dropLast(letters) : tokens[0].dropFirst(letters)
        let share = 1 - Double(letters) / Double(tokens.reduce(0) { $0 + $1.count })
        let rest = [String(part)] + tokens.dropFirst()
        return [remainder(of: first, saying: rest, share: share, behind: alignment.old.last, isMirrored)] + words.dropFirst()
    }

    /// Returns the rest of a word: its last `share`, or its part behind a committed word.
    private static func remainder(of word: Word, saying rest: [String], share: Double, behind partner: Token?, _ isMirrored: Bool) -> Word {
        var word = word
        var start = word.range.end - SampleCount(Int64(Double(word.range.count.samples) * share))
        if let partner, partner.end < word.range.end { start = max(partner.end, word.range.start) }
        let mark = isMirrored ? "" : word.text.last.map { ".,?!;:".contains($0) ? String($0) : "" } ?? ""
        word.text = WordSpacing.text(of: isMirrored ? rest.reversed() : rest) + mark
        word.range = SampleRange(start, word.range.end)
        return word
    }
}

extension Seam {
    /// Returns the last tokens of the settled words that end behind `edge`.
    private static func tokens(ofSettled words: [RememberedWord], endingBehind edge: SampleIndex, _ context: ComparisonContext, _ isMirrored: Bool)
        -> [Token]
    {
        var tokens: [Token] = []
        tokens.reserveCapacity(words.count + 1)
        for index in words.indices where words[index].word.range.end > edge {
            let source = words[index].source
            tokens.add(
                words[index].spoken, in: words[index].word.range, number: index, isMirrored, bound: source?.bound,
                isOwn: context.engine != nil && source?.engine == context.engine, hasPlace: context.others || source?.hasTimes == true,
                isCut: source?.isCut == true)
        }
        return tokens.count <= most ? tokens : Array(tokens.suffix(most))
    }

    /// Returns the last tokens of the engine's earlier words and its words of now. The index of a word counts both.
    ///
    /// - Parameters:
    ///   - edge: the place behind which words with times are not compared.
    ///   - begin: the place behind which the words were said.
    ///   - origin: the place behind which the earlier words were said.
    private static func tokens(
        of words: [Word], before edge: SampleIndex, saidFrom begin: SampleIndex, earlierFrom origin: SampleIndex, _ context: ComparisonContext,
        _ isMirrored: Bool
    ) -> [Token] {
        let hasTimes = context.hasTimes
        let earlier = context.earlier
        var tokens: [Token] = []
        tokens.reserveCapacity(earlier.count + words.count + 1)
        let compared = hasTimes ? earlier.firstIndex { $0.word.range.start >= edge } ?? earlier.count : earlier.count
        for index in 0..<compared {
            tokens.add(earlier[index].spoken, in: earlier[index].word.range, number: index, isMirrored, earliest: origin)
        }
        if compared == earlier.count {
            for (index, word) in (hasTimes ? words.prefix { $0.range.start < edge } : words.prefix(most)).enumerated() {
                tokens.add(RememberedWord(word).spoken, in: word.range, number: compared + index, isMirrored, earliest: begin)
            }
        }
        let most = hasTimes ? most : 4 * most
        return tokens.count <= most ? tokens : Array(tokens.suffix(most))
    }
}

extension [Token] {
    /// Appends the spoken tokens of a word.
    ///
    /// - Parameters:
    ///   - number: the index of the word.
    ///   - earliest: the place behind which the word was said.
    ///   - bound: the place by which the word was over; nil: not known.
    fileprivate mutating func add(
        _ spoken: [TokenText], in range: SampleRange, number: Int, _ isMirrored: Bool, earliest: SampleIndex = .zero, bound: SampleIndex? = nil,
        isOwn: Bool = false, hasPlace: Bool = true, isCut: Bool = false
    ) {
        let length = Double(range.count.samples) / Double(spoken.count)
        for place in spoken.indices {
            append(
                Token(
                    text: spoken[isMirrored ? spoken.count - 1 - place : place],
                    middle: Double(range.start.samples) + length * (Double(place) + 0.5), length: length, end: range.end, word: number,
                    earliest: Double(earliest.samples), bound: bound.map { Double($0.samples) }, isOwn: isOwn, hasPlace: hasPlace, isCut: isCut))
        }
    }
}

extension Word {
    /// The middle of the word's range, which decides the interval that the word belongs to.
    var middle: SampleIndex { range.middle }
}

package import Speech

/// The place where a repaired interval meets the settled words around it.
package enum RepairSeam {
    /// Returns the words that belong into `range`, out of words that were recognised in it and around it. Words that are settled on either side are
    /// left out. Words stay at the places that their engine gives.
    ///
    /// - Parameters:
    ///   - heard: the audio in which the words were recognised; nil: not known.
    ///   - known: the range in which the settled words are known, except for the repaired range itself; nil: everywhere.
    ///   - before: the last words that are settled before the range, in order.
    ///   - after: the first words that are settled behind the range, in order.
    ///   - endsInSpeech: true if the recognised audio ends within speech: its last word may be a part of a word.
    ///   - hasTimes: true if the repair's engine says where words lie.
    ///   - others: true if the engines of the settled words say where words lie.
    ///   - othersThrough: the furthest place at which the words settled before the range may lie, if `others` is false.
    ///   - gaps: other gaps behind the range, between words that are settled there.
    package static func unsettled(
        _ words: [Word], of range: SampleRange, heard: SampleRange? = nil, known: SampleRange? = nil, before: [RememberedWord],
        after: [RememberedWord], rate: SampleRate, endsInSpeech: Bool = false, hasTimes: Bool = true, others: Bool = true,
        othersThrough: SampleIndex? = nil,
        gaps: [SampleRange] = []
    ) -> [Word] {
        var context = ComparisonContext(rate: rate, origin: heard?.start, hasTimes: hasTimes, others: others)
        context.gap = known.map { SampleRange($0.start, $0.start) }
        context.othersThrough = othersThrough
        let behind = Seam.fresh(words, after: before, through: range.start, context)
        // The same comparison, backwards in time.
        context.othersThrough = nil
        context.beginsInSpeech = endsInSpeech
        context.origin = heard.map { mirrored($0.end) }
        context.gap = known.map { SampleRange(mirrored($0.end), mirrored($0.end)) }
        context.otherGaps = gaps.map { SampleRange(mirrored($0.end), mirrored($0.start)) }
        let mirror = after.reversed().map { $0.placed(at: mirrored($0.word.range)) }
        return mirrored(Seam.fresh(mirrored(behind), after: mirror, through: mirrored(range.end), context, isMirrored: true))
    }

    /// Returns committed words in their order, with the words of repaired gaps between them. Without word times, the places of successive words may
    /// be out of order.
    package static func ordered(_ committed: [Word], with mended: [RememberedWord]) -> [RememberedWord] {
        var rest = mended.sorted { $0.word.range.start < $1.word.range.start }[...]
        var words: [RememberedWord] = []
        for word in committed {
            while let next = rest.first, next.word.middle < word.range.end { words.append(rest.removeFirst()) }
            words.append(RememberedWord(word))
        }
        return words + rest
    }

    /// Returns the words of `words` whose middle lies in `range`, cut to `range`, without a comparison with settled words.
    package static func words(_ words: [Word], in range: SampleRange) -> [Word] {
        words.filter { range.contains($0.middle) }.map { kept($0, in: range) }
    }

    /// Returns the part of `word` that lies in `range`.
    static func kept(_ word: Word, in range: SampleRange) -> Word {
        var kept = word
        kept.range = SampleRange(min(max(word.range.start, range.start), range.end), min(word.range.end, range.end))
        return kept
    }

    private static func mirrored(_ words: [Word]) -> [Word] {
        words.reversed().map { word in
            var other = word
            other.range = mirrored(word.range)
            return other
        }
    }

    private static func mirrored(_ range: SampleRange) -> SampleRange { SampleRange(mirrored(range.end), mirrored(range.start)) }

    private static func mirrored(_ position: SampleIndex) -> SampleIndex { SampleIndex(-position.samples) }
}

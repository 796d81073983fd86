package import Speech

/// Divides words into captions: at sentence ends first, then at pauses and commas, and elsewhere only when a caption would be too long. In a script that
/// is written without blanks, a word that is too long is divided too, where a line may break.
///
/// All possible divisions are compared (shortest path over the units), so that an early cut is made where it avoids a worse later one.
package struct CaptionSplitter {
    private let units: [CaptionUnit]
    private let rate: SampleRate
    private let rules: CaptionRules

    private init(_ units: [CaptionUnit], rate: SampleRate, rules: CaptionRules) {
        self.units = units
        self.rate = rate
        self.rules = rules
    }

    /// Divides words, none of them within.
    ///
    /// - Returns: ranges of indices into `words`, in order. Every word is in exactly one range; each range has one speaker.
    package static func split(_ words: [Word], rate: SampleRate, rules: CaptionRules = CaptionRules()) -> [Range<Int>] {
        CaptionSplitter(CaptionUnit.words(words), rate: rate, rules: rules).split()
    }

    /// Divides words into captions, each of one speaker.
    static func captions(of words: [Word], rate: SampleRate, rules: CaptionRules) -> [ArraySlice<CaptionUnit>] {
        let units = CaptionUnit.parts(of: words, rate: rate, rules: rules)
        return CaptionSplitter(units, rate: rate, rules: rules).split().map { units[$0] }
    }

    /// The costs of a caption itself, of breaks inside the caption, and of its end. Only their proportions matter.
    private enum Cost {
        static let caption = 1.0
        static let sentenceInside = 1.2
        static let pauseInsidePerSecond = 1.5
        static let tooShortPerSecond = 2.0
        static let cutAtClause = 0.6
        static let cutAtPause = 0.4
        static let cutAnywhere = 2.0
        /// In addition to the others.
        static let cutInWord = 1.0
    }

    private func split() -> [Range<Int>] {
        guard !units.isEmpty else { return [] }
        let ends = units.indices.map { units[$0].word.endsSentence(before: $0 + 1 < units.count ? units[$0 + 1].word : nil) }
        let shortest = rules.shortest / .seconds(1), longest = rules.longest / .seconds(1), longestPause = rules.pause / .seconds(1)

        var best = [Double](repeating: .infinity, count: units.count + 1)
        var from = [Int](repeating: 0, count: units.count + 1)
        best[0] = 0
        for start in units.indices where best[start].isFinite {
            var inside = 0.0
            var lines = LineFill(limit: rules.lineLength)
            // A part of a word that no caption may begin with stays with the parts before, whatever its length.
            var hasEnd = false
            for last in start..<units.count {
                if last > start {
                    let pause = pause(before: last)
                    if units[last].mayBegin, pause >= longestPause || units[last].word.speaker != units[start].word.speaker { break }
                    inside += max(0, pause) * Cost.pauseInsidePerSecond + (ends[last - 1] ? Cost.sentenceInside : 0)
                }
                lines.add(units[last])
                let length = (units[last].word.range.end - units[start].word.range.start).seconds(at: rate)
                if hasEnd, lines.count > rules.lines || length > longest { break }
                guard last + 1 == units.count || units[last + 1].mayBegin else { continue }
                hasEnd = true
                let cost = best[start] + Cost.caption + inside + max(0, shortest - length) * Cost.tooShortPerSecond + cut(after: last, ends[last])
                if cost < best[last + 1] {
                    best[last + 1] = cost
                    from[last + 1] = start
                }
            }
        }

        var ranges: [Range<Int>] = []
        var end = units.count
        while end > 0 {
            ranges.append(from[end]..<end)
            end = from[end]
        }
        return ranges.reversed()
    }

    private func pause(before index: Int) -> Double {
        (units[index].word.range.start - units[index - 1].word.range.end).seconds(at: rate)
    }

    private func cut(after index: Int, _ endsSentence: Bool) -> Double {
        guard index + 1 < units.count, !endsSentence, units[index + 1].word.speaker == units[index].word.speaker else { return 0 }
        if pause(before: index + 1) >= 0.4 { return Cost.cutAtPause }
        return (units[index].word.endsClause ? Cost.cutAtClause : Cost.cutAnywhere) + (units[index + 1].isWordStart ? 0 : Cost.cutInWord)
    }
}

/// Counts the lines that units fill when each line takes as many as fit.
private struct LineFill {
    let limit: Int
    var count = 0
    private var used = 0

    init(limit: Int) { self.limit = limit }

    mutating func add(_ unit: CaptionUnit) {
        if count > 0 && used + unit.width <= limit {
            used += unit.width
        } else {
            count += 1
            used = unit.columns
        }
    }
}

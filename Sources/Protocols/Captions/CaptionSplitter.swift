package import Speech

/// Divides words into captions: at sentence ends first, then at pauses and commas, and elsewhere only when a caption would be too long.
///
/// All possible divisions are compared (shortest path over the words), so that an early cut is made where it avoids a worse later one.
package struct CaptionSplitter {
    private let words: [Word]
    private let rate: SampleRate
    private let rules: CaptionRules
    private let lengths: [Int]

    private init(_ words: [Word], rate: SampleRate, rules: CaptionRules) {
        self.words = words
        self.rate = rate
        self.rules = rules
        lengths = words.map(\.text.count)
    }

    /// - Returns: ranges of indices into `words`, in order. Every word is in exactly one range; each range has one speaker.
    package static func split(_ words: [Word], rate: SampleRate, rules: CaptionRules = CaptionRules()) -> [Range<Int>] {
        CaptionSplitter(words, rate: rate, rules: rules).split()
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
    }

    private func split() -> [Range<Int>] {
        guard !words.isEmpty else { return [] }
        let ends = words.indices.map { words[$0].endsSentence(before: $0 + 1 < words.count ? words[$0 + 1] : nil) }
        let shortest = rules.shortest / .seconds(1), longest = rules.longest / .seconds(1), longestPause = rules.pause / .seconds(1)

        var best = [Double](repeating: .infinity, count: words.count + 1)
        var from = [Int](repeating: 0, count: words.count + 1)
        best[0] = 0
        for start in words.indices {
            var inside = 0.0
            var lines = LineFill(limit: rules.lineLength)
            for last in start..<words.count {
                if last > start {
                    let pause = pause(before: last)
                    if pause >= longestPause || words[last].speaker != words[start].speaker { break }
                    inside += max(0, pause) * Cost.pauseInsidePerSecond + (ends[last - 1] ? Cost.sentenceInside : 0)
                }
                lines.add(lengths[last])
                let length = (words[last].range.end - words[start].range.start).seconds(at: rate)
                if last > start && (lines.count > rules.lines || length > longest) { break }
                let cost = best[start] + Cost.caption + inside + max(0, shortest - length) * Cost.tooShortPerSecond + cut(after: last, ends[last])
                if cost < best[last + 1] {
                    best[last + 1] = cost
                    from[last + 1] = start
                }
            }
        }

        var ranges: [Range<Int>] = []
        var end = words.count
        while end > 0 {
            ranges.append(from[end]..<end)
            end = from[end]
        }
        return ranges.reversed()
    }

    private func pause(before index: Int) -> Double {
        (words[index].range.start - words[index - 1].range.end).seconds(at: rate)
    }

    private func cut(after index: Int, _ endsSentence: Bool) -> Double {
        guard index + 1 < words.count, !endsSentence, words[index + 1].speaker == words[index].speaker else { return 0 }
        if pause(before: index + 1) >= 0.4 { return Cost.cutAtPause }
        return words[index].endsClause ? Cost.cutAtClause : Cost.cutAnywhere
    }
}

/// Counts the lines that words fill when each line takes as many as fit.
private struct LineFill {
    let limit: Int
    var count = 0
    private var used = 0

    init(limit: Int) { self.limit = limit }

    mutating func add(_ length: Int) {
        if count > 0 && used + 1 + length <= limit {
            used += 1 + length
        } else {
            count += 1
            used = length
        }
    }
}

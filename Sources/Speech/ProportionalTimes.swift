/// Estimated times for words whose text alone is known: each word gets a share of the speech in proportion to its letters.
package enum ProportionalTimes {
    package static func ranges(of words: [String], in speech: Range<Int>) -> [Range<Int>] {
        // One is added to the letters: short words take longer to say than their letters suggest.
        let weights = words.map { $0.count + 1 }
        let total = max(1, weights.reduce(0, +))
        var before = 0
        return weights.map { weight in
            let start = speech.lowerBound + speech.count * before / total
            before += weight
            return start..<(speech.lowerBound + speech.count * before / total)
        }
    }

    package static func ranges(of words: [String], in range: SampleRange) -> [SampleRange] {
        ranges(of: words, in: Int(range.start.samples)..<Int(range.end.samples)).map {
            SampleRange(SampleIndex($0.lowerBound), SampleIndex($0.upperBound))
        }
    }
}

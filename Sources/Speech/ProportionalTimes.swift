/// Times for words of which only the text is known: each gets a share of the speech by its letters.
package enum ProportionalTimes {
    package static func ranges(of words: [String], in speech: Range<Int>) -> [Range<Int>] {
        // One more than its letters: short words take longer than their letters say.
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

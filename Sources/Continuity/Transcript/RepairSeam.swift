import Speech

/// Where a repaired interval meets what is settled around it.
enum RepairSeam {
    /// The words that belong into `range`, of those that were recognised in it and around it: each word where its middle lies.
    static func words(_ words: [Word], of range: SampleRange) -> [Word] {
        words.compactMap { word in
            let middle = SampleIndex((word.range.start.samples + word.range.end.samples) / 2)
            guard range.contains(middle) else { return nil }
            var kept = word
            kept.range = SampleRange(max(word.range.start, range.start), min(word.range.end, range.end))
            return kept
        }
    }
}

import Speech

/// The finals of a vendor that sends whole turns. Each final reaches to the turn's last word, so the silence after it belongs to the next final.
struct TurnFinals: Sendable {
    /// End of the last final.
    private(set) var through: SampleIndex = .zero

    /// Places words in order, after all finals. Words before the end of the finals were final already and are left out, and so are words without a
    /// time.
    func place<Wire>(_ words: [Wire], _ range: (Wire) -> (start: SampleIndex, end: SampleIndex)?, _ word: (Wire, SampleRange) -> Word) -> [Word] {
        var last = through
        return words.compactMap { wire in
            guard let (start, end) = range(wire) else { return nil }
            guard start >= through || start.samples / 2 + end.samples / 2 >= through.samples else { return nil }
            let placed = SampleRange(max(start, last), max(end, start, last))
            last = placed.start
            return word(wire, placed)
        }
    }

    /// Returns the open turn as an interim result.
    func open(_ words: [Word], stable: Int = 0) -> Hypothesis {
        Hypothesis(range: SampleRange(through, end(of: words)), words: words, stableWords: stable)
    }

    /// Ends the turn with these words, and returns its final.
    mutating func close(_ words: [Word]) -> Hypothesis {
        let final = Hypothesis(range: SampleRange(through, end(of: words)), words: words)
        through = final.range.end
        return final
    }

    /// Returns a final without words for the audio after the last final, which is silence; nil when finals cover all audio.
    func rest(_ audio: SentAudio) -> Hypothesis? {
        through < audio.end ? Hypothesis(range: SampleRange(through, audio.end), words: []) : nil
    }

    private func end(of words: [Word]) -> SampleIndex { max(words.last?.range.end ?? through, through) }
}

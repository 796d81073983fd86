import Speech

/// What a vendor that gives whole turns has made final: each turn reaches to its last word, so that silence is the next one's.
struct TurnFinals: Sendable {
    /// Where finals end.
    private(set) var through: SampleIndex = .zero

    /// Puts words behind everything final and in order; those that lie before it were final already, and those without a time are none.
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

    /// What the open turn is now.
    func open(_ words: [Word], stable: Int = 0) -> Hypothesis {
        Hypothesis(range: SampleRange(through, end(of: words)), words: words, stableWords: stable)
    }

    /// The turn with these words is over.
    mutating func close(_ words: [Word]) -> Hypothesis {
        let final = Hypothesis(range: SampleRange(through, end(of: words)), words: words)
        through = final.range.end
        return final
    }

    /// What no final covered at the end of the audio, which is silence; nil: nothing.
    func rest(_ audio: SentAudio) -> Hypothesis? {
        through < audio.end ? Hypothesis(range: SampleRange(through, audio.end), words: []) : nil
    }

    private func end(of words: [Word]) -> SampleIndex { max(words.last?.range.end ?? through, through) }
}

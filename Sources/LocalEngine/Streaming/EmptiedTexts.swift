import Speech

/// Audio whose text a recogniser has emptied, because the text could not be right: a final without words there is a gap, not silence.
struct EmptiedTexts: Sendable {
    private var stretches: [SampleRange] = []

    /// Notes a reading. A reading of the whole window takes the place of the readings of the window before, and one of the end of a stretch takes the
    /// place of that end.
    ///
    /// - Parameters:
    ///   - isEmptied: true if the reading's text was emptied.
    ///   - window: the start of the open window; nil: there is none.
    mutating func read(_ audio: SampleRange, isEmptied: Bool, window: SampleIndex?) {
        if let window, audio.start <= window { stretches.removeAll { $0.end <= audio.end } }
        guard !isEmptied else { return stretches.append(audio) }
        for index in stretches.indices where stretches[index].end <= audio.end { stretches[index].end = min(stretches[index].end, audio.start) }
        stretches.removeAll(where: \.isEmpty)
    }

    /// Returns true if a final without words covers audio whose text was emptied. Forgets the audio that the final covers. A final with words has the
    /// words of earlier readings: only what was read again behind them may still lack words.
    mutating func isGap(_ final: Hypothesis) -> Bool {
        defer { stretches.removeAll { $0.end <= final.range.end || !final.words.isEmpty && $0.start < final.range.end } }
        return final.words.isEmpty && stretches.contains { $0.intersection(final.range) != nil }
    }
}

extension EngineComplaint {
    /// Complaint that the next final has no words although somebody may have spoken.
    static let emptied = EngineComplaint(code: "gap", message: "the text of some audio could not be right, so the audio has no words")
}

import Speech

/// Audio whose text a recogniser has emptied, because the text could not be right: a final without words there is a gap, not silence.
struct EmptiedTexts: Sendable {
    private var stretches: [SampleRange] = []

    /// Notes a reading. A reading of the whole window takes the place of the readings of the window before.
    ///
    /// - Parameters:
    ///   - isEmptied: true if the reading's text was emptied.
    ///   - window: the start of the open window; nil: there is none.
    mutating func read(_ audio: SampleRange, isEmptied: Bool, window: SampleIndex?) {
        if let window, audio.start <= window { stretches.removeAll { $0.end <= audio.end } }
        if isEmptied { stretches.append(audio) }
    }

    /// Returns true if a final without words covers audio whose text was emptied. Forgets the audio that the final covers.
    mutating func isGap(_ final: Hypothesis) -> Bool {
        defer { stretches.removeAll { $0.end <= final.range.end } }
        return final.words.isEmpty && stretches.contains { $0.intersection(final.range) != nil }
    }
}

extension EngineComplaint {
    /// Complaint that the next final has no words although somebody may have spoken.
    static let emptied = EngineComplaint(code: "gap", message: "the text of some audio could not be right, so the audio has no words")
}

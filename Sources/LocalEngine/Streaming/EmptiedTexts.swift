import Speech

/// Audio that has no words although somebody may have spoken: a recogniser has emptied the text, because it could not be right, or nobody can tell the
/// language. A final without words there is a gap, not silence.
struct EmptiedTexts: Sendable {
    private var stretches: [(audio: SampleRange, complaint: EngineComplaint)] = []

    /// Notes a reading. A reading of the whole window takes the place of the readings of the window before, and one of the end of a stretch takes the
    /// place of that end.
    ///
    /// - Parameters:
    ///   - complaint: the reason why the reading has no words; nil: it has words, or there are none.
    ///   - window: the start of the open window; nil: there is none.
    mutating func read(_ audio: SampleRange, _ complaint: EngineComplaint?, window: SampleIndex?) {
        if let window, audio.start <= window { stretches.removeAll { $0.audio.end <= audio.end } }
        if let complaint { return stretches.append((audio, complaint)) }
        for index in stretches.indices where stretches[index].audio.end <= audio.end {
            stretches[index].audio.end = min(stretches[index].audio.end, audio.start)
        }
        stretches.removeAll(where: \.audio.isEmpty)
    }

    /// Returns the reason why a final without words is a gap; nil: it is none. Forgets the audio that the final covers. A final with words has the
    /// words of earlier readings: only what was read again behind them may still lack words.
    mutating func gap(_ final: Hypothesis) -> EngineComplaint? {
        defer { stretches.removeAll { $0.audio.end <= final.range.end || !final.words.isEmpty && $0.audio.start < final.range.end } }
        return final.words.isEmpty ? stretches.first { $0.audio.intersection(final.range) != nil }?.complaint : nil
    }
}

extension EngineComplaint {
    /// Complaint that the next final has no words although somebody may have spoken.
    static let emptied = EngineComplaint(code: "gap", message: "the text of some audio could not be right, so the audio has no words")
    /// Complaint that the next final has no words, because nobody can tell the language of the speech.
    static let unknownLanguage = EngineComplaint(
        code: unknownLanguageCode, message: "the language of some speech is unknown, so the speech has no words")
}

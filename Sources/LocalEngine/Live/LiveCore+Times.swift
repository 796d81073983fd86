import Speech

/// The search for words' times. The times of words before a pause are those that were found at the pause, so that a final waits for the rest alone.
extension LiveCore {
    /// Words whose times are searched for together.
    struct TimedPart: Sendable, Equatable {
        var words: [LiveWord]
        /// The audio that is searched; `speech` is the part that the voice detector calls speech.
        var audio: SampleRange, speech: SampleRange
    }

    /// Returns the parts of a reading of the window up to `end`, in order. They have all of its words.
    ///
    /// A reading that begins with the words of an earlier pause has the parts of that pause, and the words behind it. It depends on the readings alone
    /// which parts there are, and not on which were searched: a part that has no answer yet is waited for.
    ///
    /// - Parameter speechEnd: end of the speech that the reading hears.
    func timedParts(of words: [LiveWord], in open: OpenWindow, through end: SampleIndex, speechEnd: SampleIndex) -> [TimedPart] {
        let past = open.pauses.last { $0.read < end && $0.resumed < min(end, speechEnd) && Self.begins(words, with: $0.words) }
        guard let past, !timing.readingsAreDear, isEnglish(words) else {
            return [TimedPart(words: words, audio: SampleRange(open.start, end), speech: SampleRange(open.speech, speechEnd))]
        }
        let before = timedParts(of: past.words, in: open, through: past.timedTo, speechEnd: past.end)
        guard past.words.count < words.count else { return before }
        let rest = TimedPart(
            words: Array(words[past.words.count...]), audio: SampleRange(readFrom(behind: past), end), speech: SampleRange(past.resumed, speechEnd))
        return before + [rest]
    }

    /// True if a reading has the words of an earlier reading, and then its own.
    private static func begins(_ words: [LiveWord], with earlier: [LiveWord]) -> Bool {
        !earlier.isEmpty && earlier.count <= words.count && zip(words, earlier).allSatisfy { $0.bare == $1.bare }
            && language(of: words) == language(of: earlier)
    }

    /// Returns the parts that have the first words.
    ///
    /// - Parameter count: number of these words.
    private static func first(_ count: Int, of parts: [TimedPart]) -> [TimedPart] {
        var first: [TimedPart] = [], words = 0
        for part in parts where words < count {
            first.append(part)
            words += part.words.count
        }
        return first
    }

    /// Returns the times of the first words, one range for each.
    ///
    /// - Parameter count: number of these words.
    func times(ofFirst count: Int, in parts: [TimedPart], _ answers: LiveAnswers) throws(MissingAnswer) -> [SampleRange] {
        var times: [SampleRange] = []
        for part in Self.first(count, of: parts) {
            times += try answers.times(of: part.words, in: part.audio, speech: part.speech, hint(of: part.words)).prefix(part.words.count)
        }
        return Array(times.prefix(count))
    }

    /// Returns the questions about the times of the first words.
    ///
    /// - Parameter count: number of these words.
    func questions(aboutFirst count: Int, in parts: [TimedPart]) -> [LiveQuestion] {
        Self.first(count, of: parts).map { .times(of: $0.words.map(\.text), in: $0.audio, speech: $0.speech, hint(of: $0.words)) }
    }
}

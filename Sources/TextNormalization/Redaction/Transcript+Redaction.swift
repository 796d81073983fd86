package import Speech

extension Transcript {
    /// Returns the transcript with sensitive content hidden. The vendor's own answer is left out, because it has the content.
    ///
    /// - Parameter part: the part of the speech that the transcript has.
    package func redacted(_ rule: RedactionRule?, part: SpeechPart = .whole) -> Transcript {
        guard let rule, !rule.kinds.isEmpty else { return self }
        var redacted = self
        redacted.raw = nil
        for index in channels.indices { redacted.channels[index] = channels[index].redacted(rule, part) }
        return redacted
    }
}

extension Transcript.Channel {
    fileprivate func redacted(_ rule: RedactionRule, _ part: SpeechPart) -> Self {
        let redaction = StreamRedactor.redaction(of: words, rule, part: part)
        var redacted = self
        redacted.words = redaction.words
        redacted.hidden = redaction.hidden
        // A segment keeps its words. Several words may have become one.
        func moved(_ segment: Transcript.Segment) -> Transcript.Segment {
            var moved = segment
            moved.words = redaction.place(segment.words.lowerBound)..<redaction.place(segment.words.upperBound)
            return moved
        }
        redacted.segments = segments.map(moved)
        redacted.estimated = estimated.map(moved)
        redacted.stretches = stretches.map { stretch in
            var moved = stretch
            moved.words = redaction.place(stretch.words.lowerBound)..<redaction.place(stretch.words.upperBound)
            // Tokens spell the words that are hidden.
            if !redaction.hidden.isEmpty { moved.tokens = [] }
            return moved
        }
        return redacted
    }
}

import Speech

/// Writes words as the vendor's tokens: with the space before a word in its token, and each word's marks as tokens of their own.
struct SonioxTokens: Sendable {
    var rate: SampleRate
    var showsSpeakers: Bool
    var showsLanguages: Bool
    /// Language for words that have none; nil leaves it out.
    var language: String?

    /// - Parameter before: the word before these; empty: none.
    func append(_ words: [Word], isFinal: Bool, behind before: String, to tokens: inout [SonioxToken]) {
        var said = before
        for word in words {
            // The first word of a stream has no blank before it.
            let hasBlank = !said.isEmpty && (word.blankBefore ?? WordSpacing.needsBlank(said, word.text))
            said = word.text
            let body = word.text.withoutTrailingMarks
            let marks = word.text[body.endIndex...]
            let start = word.range.start.wholeMilliseconds(at: rate), end = word.range.end.wholeMilliseconds(at: rate)
            var token = SonioxToken(
                (hasBlank ? " " : "") + body, start: start, end: end, confidence: Double(min(max(word.confidence, 0), 1)),
                isFinal: isFinal, speaker: showsSpeakers ? word.speaker.map { "\($0.number + 1)" } : nil,
                language: showsLanguages ? word.language?.primary ?? language : nil)
            tokens.append(token)
            guard !marks.isEmpty else { continue }
            token.text = String(marks)
            token.start = end
            tokens.append(token)
        }
    }
}

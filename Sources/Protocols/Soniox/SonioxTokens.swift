import Speech

/// Writes words as the vendor's tokens: a space before each word but the stream's first, and each word's marks as tokens of their own.
struct SonioxTokens: Sendable {
    var rate: SampleRate
    var showsSpeakers: Bool
    var showsLanguages: Bool
    /// Language for words that have none; nil leaves it out.
    var language: String?

    /// - Parameter continues: true if other words come before these.
    func append(_ words: [Word], isFinal: Bool, continues: Bool, to tokens: inout [SonioxToken]) {
        for (index, word) in words.enumerated() {
            let body = word.text.withoutTrailingMarks
            let marks = word.text[body.endIndex...]
            let start = word.range.start.wholeMilliseconds(at: rate), end = word.range.end.wholeMilliseconds(at: rate)
            var token = SonioxToken(
                (index > 0 || continues ? " " : "") + body, start: start, end: end, confidence: Double(min(max(word.confidence, 0), 1)),
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

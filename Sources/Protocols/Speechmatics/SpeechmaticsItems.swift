import Speech

/// Turns a session's words into items.
struct SpeechmaticsItems: Sendable {
    var rate: SampleRate
    var language: String
    var showsSpeakers: Bool
    /// The marks that may be shown; nil: all marks.
    var permittedMarks: [String]?
    var replacements: [WordReplacement]

    /// Returns the vendor's label of a speaker, such as `S1`.
    static func label(_ speaker: SpeakerLabel) -> String { "S\(speaker.number + 1)" }

    /// Returns the items of words. Each mark after a word is an item of its own, at the word's end.
    func items(of words: [Word]) -> [SpeechmaticsResult] {
        let words = replacements.isEmpty ? words : WordReplacement.apply(replacements, to: words)
        var items: [SpeechmaticsResult] = []
        let own = LanguageTag(language).usual.primary
        items.reserveCapacity(words.count + words.count / 4)
        for (index, word) in words.enumerated() {
            let body = word.text.withoutTrailingMarks
            let marks = word.text[body.endIndex...]
            let end = word.range.end.seconds(at: rate)
            let language = code(of: word.language, beside: own)
            let speaker = showsSpeakers ? word.speaker.map(Self.label) ?? "UU" : nil
            items.append(
                SpeechmaticsResult(
                    .word, start: word.range.start.seconds(at: rate), end: end, content: String(body),
                    confidence: Double(min(max(word.confidence, 0), 1)), language: language, speaker: speaker, blankBefore: word.blankBefore))
            guard !marks.isEmpty else { continue }
            let endsSentence = word.endsSentence(before: index + 1 < words.count ? words[index + 1] : nil)
            for mark in marks where permittedMarks?.contains(String(mark)) ?? true {
                items.append(
                    SpeechmaticsResult(
                        .punctuation, start: end, end: end, content: String(mark), confidence: 1, language: language, speaker: speaker,
                        attachment: .previous, endsSentence: endsSentence && Self.sentenceMarks.contains(mark)))
            }
        }
        return items
    }

    /// Returns the language of a word as the client or the vendor names it.
    ///
    /// - Parameter own: the language of the session, as engines know it.
    private func code(of spoken: LanguageTag?, beside own: String) -> String {
        guard let spoken, spoken.usual.primary != own else { return language }
        return SpeechmaticsConfiguration.code(of: spoken)
    }

    private static let sentenceMarks: Set<Character> = [".", "?", "!", "…", "。", "？", "！", "｡", "؟", "۔", "।", "॥", "។", "။"]
}

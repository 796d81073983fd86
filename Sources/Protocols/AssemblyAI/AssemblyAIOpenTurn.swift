import Speech
import TextNormalization

/// The turn that is being spoken, as reported to the client so far.
struct AssemblyAIOpenTurn: Sendable {
    /// Committed words, which will not change.
    private(set) var words: [Word] = []
    /// The committed words as partials show them; `transcript` has the same words joined.
    private(set) var shown: [AssemblyAIWord] = []
    private(set) var transcript = ""
    /// Number of words in utterances that were reported.
    private var uttered = 0

    var isOpen: Bool { !words.isEmpty }

    /// - Parameter wording: the form of words in partials.
    mutating func append(_ words: [Word], _ wording: AssemblyAIWording) {
        self.words += words
        for word in words {
            let new = wording.word(word, isFinal: true)
            WordSpacing.append(new.text, blank: new.blankBefore, to: &transcript)
            shown.append(new)
        }
    }

    /// Returns the text since the last utterance, and marks it as reported.
    mutating func endUtterance() -> String {
        defer { uttered = shown.count }
        return uttered < shown.count ? Array(shown[uttered...]).text : ""
    }
}

/// The form in which words are written in messages.
struct AssemblyAIWording: Sendable {
    /// Sample rate of the session's timeline.
    var rate: SampleRate
    /// True if words are written with capitals and punctuation.
    var isFormatted: Bool
    var labelsSpeakers: Bool
    /// Hides profane words, where the client asked for it.
    var rules = WordRules()
    /// Language of words that tell none, where profane ones are looked for.
    var language = LanguageTag.english

    func word(_ word: Word, isFinal: Bool) -> AssemblyAIWord {
        let start = milliseconds(word.range.start)
        return AssemblyAIWord(
            text: text(of: word), start: start, end: max(start, milliseconds(word.range.end)),
            confidence: Double(min(max(word.confidence, 0), 1)), isFinal: isFinal,
            speaker: labelsSpeakers ? word.speaker?.assemblyAI ?? "UNKNOWN" : nil, blankBefore: word.blankBefore)
    }

    private func text(of word: Word) -> String {
        let text = isFormatted ? word.text : word.bare
        guard rules.hidesProfanity else { return text }
        var word = word
        word.text = text
        return rules.applied(to: [word], in: language).first?.text ?? text
    }

    /// Returns the position in milliseconds, rounded to the nearest whole number.
    func milliseconds(_ position: SampleIndex) -> Int { Int((position.seconds(at: rate) * 1_000).rounded()) }
}

extension SpeakerLabel {
    /// The label as letters: `A` to `Z`, then `AA` and so on.
    var assemblyAI: String {
        var letters = "", rest = max(0, number)
        repeat {
            letters = String(UnicodeScalar(UInt8(ascii: "A") + UInt8(rest % 26))) + letters
            rest = rest / 26 - 1
        } while rest >= 0
        return letters
    }

    /// Reads a label of one to three capital letters; nil for `UNKNOWN` and any other text.
    init?(assemblyAI label: String) {
        guard (1...3).contains(label.utf8.count), label.utf8.allSatisfy({ (0x41...0x5A).contains($0) }) else { return nil }
        self.init(label.utf8.reduce(0) { $0 * 26 + Int($1) - 0x40 } - 1)
    }
}

import Speech

/// The turn that is being spoken, as its client has been told it.
struct AssemblyAIOpenTurn: Sendable {
    /// Committed: they will not change.
    private(set) var words: [Word] = []
    /// The same as partials show them, and joined.
    private(set) var shown: [AssemblyAIWord] = []
    private(set) var transcript = ""
    /// Words that belong to utterances that were reported.
    private var uttered = 0

    var isOpen: Bool { !words.isEmpty }

    /// - Parameter wording: of partials.
    mutating func append(_ words: [Word], _ wording: AssemblyAIWording) {
        self.words += words
        for word in words {
            let new = wording.word(word, isFinal: true)
            transcript += transcript.isEmpty ? new.text : " " + new.text
            shown.append(new)
        }
    }

    /// What was said since the last utterance, once.
    mutating func endUtterance() -> String {
        defer { uttered = shown.count }
        return uttered < shown.count ? Array(shown[uttered...]).text : ""
    }
}

/// How words are written in messages.
struct AssemblyAIWording: Sendable {
    /// Of the session's timeline.
    var rate: SampleRate
    /// With capitals and punctuation.
    var isFormatted: Bool
    var labelsSpeakers: Bool

    func word(_ word: Word, isFinal: Bool) -> AssemblyAIWord {
        let start = milliseconds(word.range.start)
        return AssemblyAIWord(
            text: isFormatted ? word.text : word.bare, start: start, end: max(start, milliseconds(word.range.end)),
            confidence: Double(min(max(word.confidence, 0), 1)), isFinal: isFinal,
            speaker: labelsSpeakers ? word.speaker?.assemblyAI ?? "UNKNOWN" : nil)
    }

    /// The nearest whole one.
    func milliseconds(_ position: SampleIndex) -> Int { Int((position.seconds(at: rate) * 1_000).rounded()) }
}

extension SpeakerLabel {
    /// `A` to `Z`, then `AA` and so on.
    var assemblyAI: String {
        var letters = "", rest = max(0, number)
        repeat {
            letters = String(UnicodeScalar(UInt8(ascii: "A") + UInt8(rest % 26))) + letters
            rest = rest / 26 - 1
        } while rest >= 0
        return letters
    }

    /// nil for `UNKNOWN` and everything else that names nobody.
    init?(assemblyAI label: String) {
        guard (1...3).contains(label.utf8.count), label.utf8.allSatisfy({ (0x41...0x5A).contains($0) }) else { return nil }
        self.init(label.utf8.reduce(0) { $0 * 26 + Int($1) - 0x40 } - 1)
    }
}

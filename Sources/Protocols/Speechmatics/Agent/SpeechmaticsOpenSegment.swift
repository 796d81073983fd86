import Speech

/// The segment that is being built: committed words that no segment has told yet.
///
/// A segment ends at the first of its boundaries: the end of the turn, another speaker, the end of a sentence where the client asked for that, and two
/// minutes.
///
/// Source: speechmatics/docs, "Segmentation", September 2026.
struct SpeechmaticsOpenSegment: Sendable {
    static let longest: Duration = .seconds(120)
    /// Maximum number of words, which nobody says in two minutes.
    static let maxWords = 1_000

    let separatesSpeakers: Bool
    let separatesSentences: Bool
    private(set) var words: [Word] = []

    init(separatesSpeakers: Bool = false, separatesSentences: Bool = false) {
        self.separatesSpeakers = separatesSpeakers
        self.separatesSentences = separatesSentences
    }

    /// The speaker of the words; nil: nobody is known.
    var speaker: SpeakerLabel? { words.lazy.compactMap(\.speaker).first }

    /// Adds committed words.
    ///
    /// - Parameter rate: sample rate of the words' positions.
    /// - Returns: the words of each segment that is over now.
    mutating func append(_ new: [Word], rate: SampleRate) -> [[Word]] {
        var over: [[Word]] = []
        let longest = SampleCount(Self.longest, at: rate)
        for word in new {
            if let last = words.indices.last, let first = words.first {
                let isOther = separatesSpeakers && (speaker.map { word.speaker != nil && word.speaker != $0 } ?? false)
                let isNext = separatesSentences && words[last].endsSentence(before: word)
                if isOther || isNext || words.count >= Self.maxWords || word.range.end - first.range.start > longest { over.append(take()) }
            }
            words.append(word)
        }
        return over
    }

    /// Ends the segment at the end of its turn, and returns its words.
    ///
    /// - Parameter cut: words that lie behind this position stay, as the beginning of the next turn; nil: none stays.
    mutating func close(at cut: SampleIndex? = nil) -> [Word] {
        let count = cut.flatMap { cut in words.firstIndex { $0.isBehind(cut) } } ?? words.count
        let taken = Array(words[..<count])
        words.removeFirst(count)
        return taken
    }

    /// Returns the words that a preview of the segment has: its own, and those of the guess behind them that somebody else has not said.
    func preview(_ guess: [Word]) -> [Word] {
        let all = words + guess
        guard separatesSpeakers, let speaker = all.lazy.compactMap(\.speaker).first else { return all }
        return Array(all.prefix { $0.speaker == nil || $0.speaker == speaker })
    }

    private mutating func take() -> [Word] {
        defer { words = [] }
        return words
    }
}

extension Word {
    /// True if the word belongs behind a position at which a turn is cut. A word without a length at the position belongs before it.
    func isBehind(_ cut: SampleIndex) -> Bool { range.middle >= cut && range.end > cut }
}

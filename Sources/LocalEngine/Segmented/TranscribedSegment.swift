import Speech

/// The transcript of a segment that was recognised as a recording, made into the segment's result. Leaves out words that nobody can have said there:
/// models for recordings invent words in silence and noise, and repeat themselves.
struct TranscribedSegment: Sendable, Equatable {
    /// Distance behind the end of the audio from which words are inventions: models place the last words a little late.
    private static let beyond = SampleCount(.milliseconds(500), at: .speech)
    /// Number of written syllables that count as one word, in scripts without blanks.
    private static let syllables = 3
    /// Maximum number of words in `seconds` of speech. Nobody speaks more than seven words a second, a few hasty words apart.
    private static func maxWords(_ seconds: Double) -> Int { Int(4 + 7 * seconds) }
    /// Number of words from which a text is judged by its variety, and the minimum share of different words in it. English prose of this length has
    /// more than half; a text that compresses to less than a quarter of its length has less.
    private static let longText = 24, minVariety = 0.22

    let result: SegmentResult

    init(_ transcript: Transcript, of request: SegmentRequest) {
        var words = Self.words(transcript, request).filter { $0.range.start < request.audio.end + Self.beyond }
        var isSuspect = false
        if let end = Self.endOfLoop(words) {
            words = Array(words.prefix(end))
            isSuspect = true
        }
        if Self.count(of: words) > Self.maxWords(request.speech.count.seconds(at: .speech)) || Self.isMonotonous(words) {
            words = []
            isSuspect = true
        }
        result = SegmentResult(words: words, isSuspect: isSuspect)
    }

    /// Returns the words on the stream's timeline.
    private static func words(_ transcript: Transcript, _ request: SegmentRequest) -> [SegmentResult.Word] {
        guard let channel = transcript.channels.first else { return [] }
        let origin = request.audio.start
        var ranges = channel.words.map { word in
            func position(_ index: SampleIndex) -> SampleIndex {
                origin + SampleCount(index.converted(from: transcript.rate, to: .speech).samples)
            }
            return SampleRange(position(word.range.start), position(max(word.range.start, word.range.end)))
        }
        // Estimated times cover all audio that the engine heard; the words are where the speech is.
        if channel.estimated.contains(where: { $0.words == channel.words.indices }) {
            ranges = ProportionalTimes.ranges(of: channel.words.map(\.text), in: request.speech)
        }
        return zip(channel.words, ranges).map { word, range in
            SegmentResult.Word(
                text: word.text, confidence: word.confidence, tokens: [], range: range, language: word.language, blankBefore: word.blankBefore)
        }
    }

    private static func count(of words: [SegmentResult.Word]) -> Int {
        let syllables = words.count { $0.isSyllable }
        return words.count - syllables + (syllables + Self.syllables - 1) / Self.syllables
    }

    /// Returns true if most words are written syllables.
    private static func isUnspaced(_ words: [SegmentResult.Word]) -> Bool { words.count { $0.isSyllable } * 2 > words.count }

    /// Returns the number of words to keep when the words end in a loop; nil when there is no loop.
    private static func endOfLoop(_ words: [SegmentResult.Word]) -> Int? {
        var known: [String: Int32] = [:]
        let tokens = words.map { word in
            let next = Int32(known.count)
            let number = known[word.bare, default: next]
            known[word.bare] = number
            return Token(number)
        }
        // A loop may be followed by a few other words.
        for end in stride(from: tokens.count, to: max(0, tokens.count - 4), by: -1) {
            if let kept = DecodeGuard.endOfLoop(in: Array(tokens[..<end]), perWord: isUnspaced(words) ? syllables : 1) { return kept }
        }
        return nil
    }

    private static func isMonotonous(_ words: [SegmentResult.Word]) -> Bool {
        guard words.count >= longText else { return false }
        // Any text has few different syllables; pairs of them differ as words do.
        let kinds = isUnspaced(words) ? Set(zip(words, words.dropFirst()).map { $0.bare + $1.bare }) : Set(words.map(\.bare))
        return Double(kinds.count) < minVariety * Double(words.count)
    }
}

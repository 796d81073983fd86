import Speech

/// Recognizes a live segment up to the end of its speech, with a model that may stop before.
///
/// Whisper ends some texts early, gives up a text that becomes improbable behind settled words, and hears nothing in a short rest behind a cut. Each of
/// these would lose words without a gap. A segment without words is therefore heard again behind the words before it, and speech behind the last word is
/// heard again by itself.
enum WholeHearing {
    /// The words of a stretch of audio.
    struct Heard: Equatable {
        var words: [SegmentResult.Word]
        /// True if the text cannot be right.
        var isDoubtful = false

        init(words: [SegmentResult.Word], isDoubtful: Bool = false) {
            self.words = words
            self.isDoubtful = isDoubtful
        }

        /// - Parameter words: the words of the text, in the stream. A text that has as many tokens as a text may have is not doubtful: the speech behind
        ///   its last word is heard again.
        init(_ decoded: WhisperDecoded, words: [SegmentResult.Word]) {
            self.init(words: words, isDoubtful: decoded.isDoubtful && !decoded.isBeginning)
        }
    }

    /// Speech behind the last word from which on words are missing. Shorter speech may be a drawn-out sound or a breath.
    static let missing = SampleCount(.seconds(1), at: .speech)
    /// Maximum length of a word. The last word of a text that ends early seems to last until the end of the audio.
    private static let longestWord = SampleCount(.seconds(1), at: .speech)
    /// Maximum number of times that the rest of a segment is heard again.
    private static let maxRounds = 3

    /// Recognizes the request's segment; nil when the work was cancelled. Only finals are heard again.
    ///
    /// - Parameter hear: hears a stretch of the stream. The text begins with the given tokens, whose words are part of the result. Returns nil when the
    ///   work was cancelled.
    static func recognize(
        _ request: SegmentRequest, hear: (_ audio: SampleRange, _ speech: SampleRange, _ prefix: [Token]) throws(InferenceError) -> Heard?
    ) throws(InferenceError) -> Heard? {
        guard var heard = try hear(request.audio, request.speech, request.prefix) else { return nil }
        guard request.purpose == .final else { return heard }
        if heard.words.isEmpty, request.speech.count >= missing, let context = request.context {
            let speech = SampleRange(context.start, request.speech.end)
            guard let again = try hear(request.heard, speech, context.tokens + request.prefix) else { return nil }
            if !again.isDoubtful { heard.words = Self.words(of: again, behind: context.tokens.count) }
        }
        for _ in 0..<maxRounds {
            guard let rest = Self.rest(behind: heard.words, of: request) else { break }
            guard let more = try hear(rest, SampleRange(rest.start, request.speech.end), []) else { return nil }
            guard !more.isDoubtful, !more.words.isEmpty else { break }
            heard.words += more.words.map { word in
                // No later request may begin with the tokens of a text that began in mid segment.
                var word = word
                word.tokens = []
                return word
            }
        }
        return heard
    }

    /// Returns the words behind the first `known` tokens.
    private static func words(of heard: Heard, behind known: Int) -> [SegmentResult.Word] {
        var before = 0
        return Array(
            heard.words.drop { word in
                defer { before += word.tokens.count }
                return before < known
            })
    }

    /// Returns the audio behind the last word if its speech is long enough to have words; nil if not.
    private static func rest(behind words: [SegmentResult.Word], of request: SegmentRequest) -> SampleRange? {
        guard let last = words.last else { return nil }
        let end = max(request.audio.start, min(last.range.end, last.range.start + longestWord))
        return request.speech.end - end >= missing ? SampleRange(end, request.audio.end) : nil
    }
}

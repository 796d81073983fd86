import Framing

/// The measures by which Whisper itself, in OpenAI's own program, tells a text that nobody said: servers that are made of Whisper report them with
/// each segment.
enum OpenAISegmentDoubt {
    /// Probability that there is no speech, above which an improbable text is none.
    private static let maxNoSpeech = 0.6
    /// Mean logarithm of the probability of a token, below which a text is improbable.
    private static let minLogProbability = -1.0
    /// Ratio of a text's length to its compressed length, above which the text repeats itself.
    private static let maxCompression = 2.4

    /// True if there are segments, and the model doubts each of them.
    static func isEmpty(_ segments: borrowing JSONView) -> Bool {
        guard segments.count > 0 else { return false }
        for index in 0..<segments.count where !isDoubted(segments[index]) { return false }
        return true
    }

    private static func isDoubted(_ segment: borrowing JSONView) -> Bool {
        if let ratio = segment["compression_ratio"].double, ratio > maxCompression { return true }
        guard let noSpeech = segment["no_speech_prob"].double, let probability = segment["avg_logprob"].double else { return false }
        return noSpeech > maxNoSpeech && probability < minLogProbability
    }
}

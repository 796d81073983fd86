import LocalEngine
import Speech

/// The time that the models' work takes on a free core, by a table: 8 ms for each second that the encoder hears, 4 ms for each token, 9 ms for each
/// second that is aligned.
enum FreeCore {
    /// Number of tokens in a second of speech.
    static let tokensPerSecond = 3.5
    /// Time of an answer of the end-of-turn model.
    static let completeness = Duration.milliseconds(60)
    /// Milliseconds for each second that is aligned.
    private static let alignment = 9.0

    /// - Parameters:
    ///   - heard: the audio that the encoder hears.
    ///   - tokens: number of tokens that are not known yet.
    static func words(heard: SampleCount, tokens: Double) -> Duration {
        .milliseconds(12 + 8 * heard.seconds(at: .speech) + 4 * tokens)
    }

    static func times(of aligned: SampleCount) -> Duration { .milliseconds(alignment * aligned.seconds(at: .speech)) }
}

import LocalEngine
import Speech

/// The time that the models' work takes on a free core. Measured: 12 ms for each second that the encoder hears and 6 ms for each token (`Recognizer`,
/// LIVE.md), 10 ms for each second that is aligned (`WordAligner`), and 40 ms for an answer of the end-of-turn model (`EndOfTurn`). The number of
/// tokens, and 1 ms for each token of a draft, are assumptions.
///
/// An earlier clock had other times. docs/dev/live-finals.md names them, and the figures that are from it.
enum FreeCore {
    /// Number of tokens in a second of speech. Assumed.
    static let tokensPerSecond = 3.5
    /// Time of an answer of the end-of-turn model.
    static let completeness = Duration.milliseconds(40)
    /// Milliseconds for each second that the encoder hears, for each token, and for each second that is aligned.
    private static let encoding = 12.0, token = 6.0, alignment = 10.0
    /// Milliseconds for each token of a draft: the first step takes them together. Assumed.
    private static let draftedToken = 1.0

    /// - Parameters:
    ///   - heard: the audio that the encoder hears.
    ///   - tokens: number of tokens that are not known yet.
    ///   - drafted: number of tokens of a draft, right or wrong. `tokens` leaves the right ones out.
    static func words(heard: SampleCount, tokens: Double, drafted: Int = 0) -> Duration {
        .milliseconds(encoding * heard.seconds(at: .speech) + token * tokens + draftedToken * Double(drafted))
    }

    static func times(of aligned: SampleCount) -> Duration { .milliseconds(alignment * aligned.seconds(at: .speech)) }
}

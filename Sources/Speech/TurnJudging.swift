/// A model that hears from a speaker's way of speaking whether the turn is complete.
package protocol TurnJudging: Sendable {
    /// Maximum duration of the audio that the model hears: the end of the turn.
    var longestTurn: Duration { get }

    /// Probability above which a turn counts as complete.
    var completeness: Float { get }

    /// Returns the probability, 0…1, that the turn that ends with `samples` (mono, 16 kHz, −1…1) is complete; nil when the model cannot tell now.
    /// Works on another thread.
    func judge(turn samples: [Float]) async -> Float?
}

/// A model that hears from a speaker's way of speaking whether the turn is complete.
package protocol TurnJudging: Sendable {
    /// Maximum duration of the audio that the model hears: the end of the turn.
    var longestTurn: Duration { get }

    /// Returns true if the turn that ends with `samples` (mono, 16 kHz, −1…1) is complete; nil when the model cannot tell now. Works on another
    /// thread.
    func isComplete(turn samples: [Float]) async -> Bool?
}

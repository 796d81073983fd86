/// Tells from how something was said whether its speaker is done.
package protocol TurnJudging: Sendable {
    /// Audio that it listens to at the most: the end of it.
    var longestTurn: Duration { get }

    /// True if the turn that ends with `samples` (mono, 16 kHz, −1…1) is complete; nil: that cannot be told now. Works off the caller's thread.
    func isComplete(turn samples: [Float]) async -> Bool?
}

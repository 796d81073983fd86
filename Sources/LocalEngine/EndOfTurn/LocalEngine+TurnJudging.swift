internal import Speech

extension LocalEngine: TurnJudging {
    package var longestTurn: Duration { .seconds(8) }

    package var completeness: Float { EndOfTurn.threshold }

    package func judge(turn samples: [Float]) async -> Float? {
        guard case .success(let use)? = recognition.use(), let endOfTurn = use.model.endOfTurn else { return nil }
        defer { withExtendedLifetime(use) {} }
        // Runs in the same pool as the work of live streams.
        let probability = await pool.run(.live(deadline: .now + Self.judgment)) { _ in try? endOfTurn.probability(samples.span) }
        return probability.flatMap { $0 }
    }

    /// Deadline of a judgment.
    private static let judgment: Duration = .milliseconds(300)
}

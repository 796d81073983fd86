internal import Speech

extension LocalEngine: TurnJudging {
    package var longestTurn: Duration { .seconds(8) }

    package func isComplete(turn samples: [Float]) async -> Bool? {
        guard case .success(let models)? = loading.current, let endOfTurn = models.endOfTurn else { return nil }
        // Runs in the same pool as the work of live streams.
        let probability = await pool.run(.live(deadline: .now + Self.judgment)) { _ in try? endOfTurn.probability(samples.span) }
        return probability.flatMap { $0 }.map { $0 > EndOfTurn.threshold }
    }

    /// Deadline of a judgment.
    private static let judgment: Duration = .milliseconds(300)
}

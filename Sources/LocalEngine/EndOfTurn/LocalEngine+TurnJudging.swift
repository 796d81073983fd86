internal import Speech

extension LocalEngine: TurnJudging {
    package var longestTurn: Duration { .seconds(8) }

    package func isComplete(turn samples: [Float]) async -> Bool? {
        guard case .success(let models)? = loading.current, let endOfTurn = models.endOfTurn else { return nil }
        // Together with what live streams ask of it.
        let probability = await pool.run(.live(deadline: .now + Self.judgment)) { _ in try? endOfTurn.probability(samples.span) }
        return probability.flatMap { $0 }.map { $0 > EndOfTurn.threshold }
    }

    /// Within which an answer is wanted.
    private static let judgment: Duration = .milliseconds(300)
}

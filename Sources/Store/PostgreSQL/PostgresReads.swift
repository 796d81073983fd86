internal import Speech

/// Runs users' queries on the connections of a pool that writes share: users have their turns, and some connections are left to writes.
final class PostgresReads: Sendable {
    private let pool: PostgresPool
    private let queue: ReadQueue

    /// - Parameter most: maximum number of the pool's connections that run queries at a time, at least 1.
    init(on pool: PostgresPool, most: Int) {
        self.pool = pool
        queue = ReadQueue(of: "\(pool.address)", connections: most)
    }

    /// Runs `body` when its user's turn has come.
    ///
    /// - Parameter user: the user who waits for the result; nil: the gateway itself.
    func run<Value: Sendable>(
        for user: ID<User>?, _ body: @escaping @Sendable (borrowing SQLConnection) throws(StoreError) -> Value
    ) async throws(StoreError) -> Value {
        let asked = ContinuousClock.now
        let turn: Result<Int, StoreError> = await withCheckedContinuation { continuation in
            queue.add(for: user) { continuation.resume(returning: $0) }
        }
        let place = try turn.get()
        defer { queue.ended(user, on: place) }
        return try await pool.run(isUrgent: true, asked: asked) { lane, deadline in lane.read(until: deadline, body) }
    }
}

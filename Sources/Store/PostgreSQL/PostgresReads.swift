internal import Speech
internal import Synchronization

/// Runs users' queries on the connections of a pool that writes share: users have their turns, and some connections are left to writes.
final class PostgresReads: Sendable {
    private typealias Turns = ReadTurns<CheckedContinuation<Int, Never>>

    private let pool: PostgresPool
    private let turns: Mutex<Turns>

    /// - Parameter most: maximum number of the pool's connections that run queries at a time, at least 1.
    init(on pool: PostgresPool, most: Int) {
        self.pool = pool
        turns = Mutex(Turns(connections: most))
    }

    /// Runs `body` when its user's turn has come.
    ///
    /// - Parameter user: the user who waits for the result; nil: the gateway itself.
    func run<Value: Sendable>(
        for user: ID<User>?, _ body: @escaping @Sendable (borrowing SQLConnection) throws(StoreError) -> Value
    ) async throws(StoreError) -> Value {
        // A database that cannot be reached is waited for once, not once more after the turn has come.
        let deadline = PostgresPool.deadline
        let place = await withCheckedContinuation { continuation in begin(turns.withLock { $0.add(continuation, of: user) }) }
        defer { begin(turns.withLock { $0.ended(user, on: place) }) }
        return try await pool.run(isUrgent: true, until: deadline) { lane, deadline in lane.read(until: deadline, body) }
    }

    private func begin(_ start: Turns.Start?) {
        if let start { start.query.resume(returning: start.connection) }
    }
}

internal import Speech

/// Runs queries on several connections, each of which has a thread of its own.
final class SQLiteReaders: Sendable {
    private let readers: [SQLiteReader]
    private let queue: ReadQueue
    private let health: StoreHealth

    /// - Parameter path: the path of the database, for errors.
    init(_ readers: [SQLiteReader], of path: String, _ health: StoreHealth, limits: ReadLimits = ReadLimits()) {
        self.readers = readers
        self.health = health
        queue = ReadQueue(of: path, connections: readers.count, limits: limits)
    }

    /// - Parameter user: the user who waits for the result; nil: the gateway itself.
    func run<Value: Sendable>(
        for user: ID<User>?, _ body: @escaping @Sendable (borrowing SQLConnection) throws(StoreError) -> Value
    ) async throws(StoreError) -> Value {
        let outcome: Result<Value, StoreError> = await withCheckedContinuation { continuation in
            queue.add(for: user) { turn in
                switch turn {
                case .failure(let error): continuation.resume(returning: .failure(error))
                case .success(let place):
                    self.readers[place].perform { connection in
                        let outcome: Result<Value, StoreError>
                        do throws(StoreError) { outcome = .success(try body(connection)) } catch { outcome = .failure(error) }
                        continuation.resume(returning: outcome)
                        self.queue.ended(user, on: place)
                    }
                }
            }
        }
        return try health.told(outcome, .read)
    }
}

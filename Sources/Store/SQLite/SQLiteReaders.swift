internal import Speech
internal import Synchronization

/// Runs queries on several connections, each of which has a thread of its own.
final class SQLiteReaders: Sendable {
    private typealias Query = @Sendable (borrowing SQLConnection) -> Void

    private let readers: [SQLiteReader]
    private let turns: Mutex<ReadTurns<Query>>
    private let health: StoreHealth

    init(_ readers: [SQLiteReader], _ health: StoreHealth) {
        self.readers = readers
        self.health = health
        turns = Mutex(ReadTurns(connections: readers.count))
    }

    /// - Parameter user: the user who waits for the result; nil: the gateway itself.
    func run<Value: Sendable>(
        for user: ID<User>?, _ body: @escaping @Sendable (borrowing SQLConnection) throws(StoreError) -> Value
    ) async throws(StoreError) -> Value {
        let outcome: Result<Value, StoreError> = await withCheckedContinuation { continuation in
            let start = turns.withLock {
                $0.add(
                    { connection in
                        let outcome: Result<Value, StoreError>
                        do throws(StoreError) { outcome = .success(try body(connection)) } catch { outcome = .failure(error) }
                        continuation.resume(returning: outcome)
                    }, of: user)
            }
            if let start { begin(start) }
        }
        return try health.told(outcome, .read)
    }

    private func begin(_ start: ReadTurns<Query>.Start) {
        readers[start.connection].perform { connection in
            start.query(connection)
            if let next = self.turns.withLock({ $0.ended(start.user, on: start.connection) }) { self.begin(next) }
        }
    }
}

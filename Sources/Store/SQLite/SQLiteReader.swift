import Dispatch
import Synchronization

/// Runs queries on a thread of its own, one after the other.
final class SQLiteReader: SQLReader {
    private let queue = DispatchQueue(label: "harken.store.reader")
    /// Connection that only `queue` locks, so no thread ever waits for the lock.
    private let connection: Mutex<SQLConnection>
    private let health: StoreHealth

    init(_ connection: consuming sending SQLiteConnection, _ health: StoreHealth) {
        self.connection = Mutex(SQLConnection(connection))
        self.health = health
    }

    /// Runs work on the reader's thread, and returns at once.
    func perform(_ work: @escaping @Sendable (borrowing SQLConnection) -> Void) { queue.async { self.connection.withLock { work($0) } } }

    func run<Value: Sendable>(
        _ body: @escaping @Sendable (borrowing SQLConnection) throws(StoreError) -> Value
    ) async throws(StoreError) -> Value {
        let outcome: Result<Value, StoreError> = await withCheckedContinuation { continuation in
            queue.async {
                let outcome = self.connection.withLock { connection in
                    do throws(StoreError) { return Result<Value, StoreError>.success(try body(connection)) } catch { return .failure(error) }
                }
                continuation.resume(returning: outcome)
            }
        }
        return try health.told(outcome, .read)
    }

    func runBlocking<Value: Sendable>(_ body: (borrowing SQLConnection) throws(StoreError) -> Value) throws(StoreError) -> Value {
        let outcome = connection.withLock { connection in
            do throws(StoreError) { return Result<Value, StoreError>.success(try body(connection)) } catch { return .failure(error) }
        }
        return try health.told(outcome, .read)
    }
}

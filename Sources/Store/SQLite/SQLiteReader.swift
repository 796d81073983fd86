import Dispatch
import Synchronization

/// Runs queries off the caller's thread, one after the other.
final class SQLiteReader: Sendable {
    private let queue = DispatchQueue(label: "harken.store.reader")
    /// Locked on `queue` only, so never waited for.
    private let connection: Mutex<SQLiteConnection>

    init(_ connection: consuming sending SQLiteConnection) {
        self.connection = Mutex(connection)
    }

    func run<Value: Sendable>(
        _ body: @escaping @Sendable (borrowing SQLiteConnection) throws(StoreError) -> Value
    ) async throws(StoreError) -> Value {
        let outcome: Result<Value, StoreError> = await withCheckedContinuation { continuation in
            queue.async {
                let outcome = self.connection.withLock { connection in
                    do throws(StoreError) { return Result<Value, StoreError>.success(try body(connection)) } catch { return .failure(error) }
                }
                continuation.resume(returning: outcome)
            }
        }
        return try outcome.get()
    }
}

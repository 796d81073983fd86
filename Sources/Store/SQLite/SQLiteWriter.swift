import Dispatch
import Synchronization

/// The only writer of the database: all work that waits at a moment shares one transaction, and the cost of its commit.
final class SQLiteWriter: Sendable {
    private struct Job: Sendable {
        /// Does the work inside the batch's transaction.
        var attempt: @Sendable (borrowing SQLConnection) -> Attempt
        /// Tells the caller why the work is not stored.
        var fail: @Sendable (StoreError) -> Void
    }

    private struct Attempt {
        var error: StoreError?
        /// Tells the caller the work's own outcome, once the work is stored.
        var report: @Sendable () -> Void
    }

    private let queue = DispatchQueue(label: "harken.store.writer")
    private let waiting = Mutex<[Job]>([])
    /// Connection that only `queue` locks, so no thread ever waits for the lock.
    private let connection: Mutex<SQLConnection>

    init(_ connection: consuming sending SQLiteConnection) {
        self.connection = Mutex(SQLConnection(connection))
    }

    func run<Value: Sendable>(
        _ body: @escaping @Sendable (borrowing SQLConnection) throws(StoreError) -> Value
    ) async throws(StoreError) -> Value {
        let outcome: Result<Value, StoreError> = await withCheckedContinuation { continuation in
            let job = Job(
                attempt: { connection in
                    let outcome = Self.attempt(body, on: connection)
                    return switch outcome {
                    case .success: Attempt(error: nil) { continuation.resume(returning: outcome) }
                    case .failure(let error): Attempt(error: error) { continuation.resume(returning: outcome) }
                    }
                },
                fail: { continuation.resume(returning: .failure($0)) })
            let isFirst = waiting.withLock { jobs in
                jobs.append(job)
                return jobs.count == 1
            }
            if isFirst { queue.async { self.runBatch() } }
        }
        return try outcome.get()
    }

    /// Runs `body` between two batches, outside any transaction.
    func runAlone<Value: Sendable>(
        _ body: @escaping @Sendable (borrowing SQLConnection) throws(StoreError) -> Value
    ) async throws(StoreError) -> Value {
        let outcome: Result<Value, StoreError> = await withCheckedContinuation { continuation in
            queue.async {
                let outcome: Result<Value, StoreError> = self.connection.withLock { connection in
                    do throws(StoreError) { return .success(try body(connection)) } catch { return .failure(error) }
                }
                continuation.resume(returning: outcome)
            }
        }
        return try outcome.get()
    }

    /// Runs one piece of work. Work that fails is rolled back alone; the rest of the batch is stored.
    private static func attempt<Value>(
        _ body: (borrowing SQLConnection) throws(StoreError) -> Value, on connection: borrowing SQLConnection
    ) -> Result<Value, StoreError> {
        do throws(StoreError) {
            try connection.run("SAVEPOINT job")
            let value = try body(connection)
            try connection.run("RELEASE job")
            return .success(value)
        } catch {
            if connection.isInTransaction() {
                try? connection.run("ROLLBACK TO job")
                try? connection.run("RELEASE job")
            }
            return .failure(error)
        }
    }

    /// Runs `body` in a transaction that holds the write lock from its start, so that it never fails half-way as busy.
    private static func transaction(
        on connection: borrowing SQLConnection, _ body: (borrowing SQLConnection) throws(StoreError) -> Void
    ) throws(StoreError) {
        try connection.run("BEGIN IMMEDIATE")
        do throws(StoreError) {
            try body(connection)
            try connection.run("COMMIT")
        } catch {
            if connection.isInTransaction() { try? connection.run("ROLLBACK") }
            throw error
        }
    }

    private func runBatch() {
        let jobs = waiting.withLock { jobs in
            defer { jobs = [] }
            return jobs
        }
        connection.withLock { connection in
            do throws(StoreError) {
                var attempts: [Attempt] = []
                try Self.transaction(on: connection) { (connection) throws(StoreError) in
                    for job in jobs {
                        let attempt = job.attempt(connection)
                        // On a full disk and similar errors SQLite rolls back the whole transaction: then nothing of the batch is stored.
                        if let error = attempt.error, !connection.isInTransaction() { throw error }
                        attempts.append(attempt)
                    }
                }
                for attempt in attempts { attempt.report() }
            } catch {
                for job in jobs { job.fail(error) }
            }
        }
    }
}

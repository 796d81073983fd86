import Dispatch
import Glibc
import Synchronization

/// A connection of a pool with its thread.
final class PostgresLane: Sendable {
    /// Maximum number of times that a transaction is run which the database undoes for the sake of others.
    private static let maxAttempts = 200

    let queue = DispatchQueue(label: "harken.store.postgresql")
    private let address: PostgresAddress
    private let settings: String
    private let reconnection: PostgresReconnection
    /// Connection that only the lane's user of the moment locks, so no thread ever waits for the lock.
    private let connection = Mutex<PostgresConnection?>(nil)

    init(_ address: PostgresAddress, _ settings: String, _ reconnection: PostgresReconnection) {
        self.address = address
        self.settings = settings
        self.reconnection = reconnection
    }

    /// Runs queries. They are run again when the connection is lost.
    func read<Value>(
        until deadline: ContinuousClock.Instant, _ body: (borrowing SQLConnection) throws(StoreError) -> Value
    ) -> Result<Value, StoreError> {
        attempts(until: deadline) { (connection) throws(StoreError) in
            let value = try body(SQLConnection(connection))
            // Statements that were queued last, and nobody has waited for.
            _ = try connection.changedRows()
            return value
        }
    }

    /// Runs a transaction. It is run again when the database has undone it for the sake of others, and when the connection was lost before its end.
    func write<Value>(
        _ isolation: SQLIsolation, until deadline: ContinuousClock.Instant, _ body: (borrowing SQLConnection) throws(StoreError) -> Value
    ) -> Result<Value, StoreError> {
        attempts(until: deadline) { (connection) throws(StoreError) in
            try connection.begin(isolation)
            let value = try body(SQLConnection(connection))
            try connection.commit()
            return value
        }
    }

    private func attempts<Value>(
        until deadline: ContinuousClock.Instant, _ body: (PostgresConnection) throws(StoreError) -> Value
    ) -> Result<Value, StoreError> {
        connection.withLock { held in
            var attempt = 0
            while true {
                attempt += 1
                do throws(StoreError) {
                    if held == nil { held = try connect(until: deadline) }
                    guard let connection = held else { throw .databaseUnavailable("\(address) cannot be reached") }
                    return .success(try body(connection))
                } catch {
                    guard let connection = held else { return .failure(error) }
                    let failure = connection.failure
                    connection.rollback()
                    connection.forgetFailure()
                    if failure.map(Self.isLoss) ?? !connection.isOpen {
                        held = nil
                        reconnection.note(isConnected: false)
                    }
                    guard let failure, attempt < Self.maxAttempts, ContinuousClock.now < deadline, Self.mayRepeat(failure, attempt) else {
                        return .failure(error)
                    }
                    // The others' transactions end meanwhile.
                    usleep(UInt32.random(in: 500...2_000) * UInt32(min(attempt, 20)))
                }
            }
        }
    }

    private static func isLoss(_ failure: PostgresConnection.Failure) -> Bool {
        guard let state = failure.state else { return true }
        return state.hasPrefix("08") || state.hasPrefix("57P")
    }

    /// Returns true if the work is known to have changed nothing, and may succeed when it is done again.
    private static func mayRepeat(_ failure: PostgresConnection.Failure, _ attempt: Int) -> Bool {
        guard !failure.isUncertain else { return false }
        switch failure.state {
        case nil, "40001", "40P01": return true
        // Two transactions have added the same row: the second attempt finds it.
        case "23505": return attempt == 1
        default: return isLoss(failure)
        }
    }

    private func connect(until deadline: ContinuousClock.Instant) throws(StoreError) -> PostgresConnection {
        while true {
            do throws(StoreError) {
                guard reconnection.wait(until: deadline) else { throw .databaseUnavailable("\(address) cannot be reached") }
                let connection = try PostgresConnection(address, settings: settings)
                reconnection.note(isConnected: true)
                return connection
            } catch {
                reconnection.note(isConnected: false)
                guard ContinuousClock.now < deadline else { throw error }
                guard reconnection.wait(until: deadline) else { throw error }
            }
        }
    }
}

internal import CPostgres
import Glibc
import Speech

/// One connection to a PostgreSQL database. Used by one thread at a time; closed with its owner.
///
/// Statements are prepared once. A statement whose rows nobody reads is only queued: it is sent together with the next one that is read, or with the
/// end of the transaction, where its error surfaces too.
// Sendable by proof: a lane keeps its connection under a lock, and nothing else keeps one longer than a call.
package final class PostgresConnection: @unchecked Sendable {
    /// Time for which an answer is waited for: longer than the server's own time-out of a statement.
    private static let answerMilliseconds: Int32 = 40_000
    /// Settings at the beginning of a database session. Times are in milliseconds.
    private static let settings = """
        SET statement_timeout = 30000; SET lock_timeout = 10000; SET idle_in_transaction_session_timeout = 60000;
        SET bytea_output = hex; SET standard_conforming_strings = on; SET client_min_messages = warning
        """

    /// The reason why a statement or the connection has failed.
    struct Failure {
        /// SQLSTATE; nil when the connection was lost.
        var state: String?
        /// True if the transaction may have been committed all the same.
        var isUncertain: Bool
    }

    private struct Prepared {
        var name: String
        var types: [UInt32]
    }

    private enum Step {
        case preparation(SQLStatementKey)
        case statement(isCommit: Bool)
    }

    private let handle: OpaquePointer
    private let address: PostgresAddress
    private var prepared: [SQLStatementKey: Prepared] = [:]
    private var preparedCount = 0
    /// Steps that were queued and whose results were not read.
    private var queued: [Step] = []
    private var changed = 0
    private var lastCommand = ""
    private(set) var isInTransaction = false
    /// The failure since the last call of `forgetFailure`; nil when nothing has failed.
    private(set) var failure: Failure?

    /// Connects, and waits for the server.
    ///
    /// - Parameter settings: further settings of the session.
    init(_ address: PostgresAddress, settings: String = "") throws(StoreError) {
        try PostgresLibrary.open()
        guard let made = cpostgres_connect(address.url, address.systemRoots()) else { throw .databaseUnavailable("out of memory") }
        self.address = address
        handle = made
        guard cpostgres_status(made) == Int32(CPOSTGRES_CONNECTION_OK) else { throw unavailable() }
        // The oldest version that its makers still repair.
        guard cpostgres_server_version(made) >= 140_000 else {
            throw .databaseUnavailable("\(address) is older than PostgreSQL 14. Use a newer server")
        }
        guard cpostgres_execute(made, Self.settings + ";" + settings) == 0, cpostgres_enter_pipeline(made) == 1 else { throw unavailable() }
    }

    deinit { cpostgres_finish(handle) }

    private func unavailable() -> StoreError {
        let message = address.redacted(cpostgres_error(handle).map { String(cString: $0) } ?? "")
        return .databaseUnavailable("\(address) cannot be reached: \(message)")
    }

    /// Version of the server, such as `15.4`.
    var serverVersion: String {
        let version = cpostgres_server_version(handle)
        return "\(version / 10_000).\(version % 10_000)"
    }

    // MARK: Statements

    /// Queues a statement.
    func queue(_ key: SQLStatementKey, _ values: [SQLValue]) throws(StoreError) { try queue(key, values, isCommit: false) }

    private func queue(_ key: SQLStatementKey, _ values: [SQLValue], isCommit: Bool) throws(StoreError) {
        let types = values.map { PostgresType(of: $0).rawValue }
        let statement: Prepared
        if let known = prepared[key], known.types == types {
            statement = known
        } else {
            preparedCount += 1
            statement = Prepared(name: "s\(preparedCount)", types: types)
            guard cpostgres_send_prepare(handle, statement.name, PostgresSQL.translated(key.text), Int32(types.count), types) == 1 else {
                throw lost()
            }
            queued.append(.preparation(key))
            prepared[key] = statement
        }
        let isSent = PostgresParameters(values).with { count, values, lengths, formats in
            cpostgres_send_query(handle, statement.name, count, values, lengths, formats) == 1
        }
        guard isSent else { throw lost() }
        queued.append(.statement(isCommit: isCommit))
    }

    /// Runs a statement, after those that are queued, and gives each row to `row`.
    func run(_ key: SQLStatementKey, _ values: [SQLValue], row: (borrowing SQLRow) throws(StoreError) -> Void) throws(StoreError) {
        try queue(key, values)
        guard let result = try finish() else { return }
        defer { cpostgres_clear(result) }
        for column in 0..<cpostgres_column_count(result) where PostgresType(rawValue: cpostgres_column_type(result, column)) == nil {
            // A value of another type would be read as NULL.
            throw .databaseFailed("a column has the type \(cpostgres_column_type(result, column)): \(key.text)")
        }
        for number in 0..<cpostgres_row_count(result) { try row(SQLRow(PostgresRow(result, number))) }
    }

    /// Number of rows that the last statement inserted, changed or deleted. Waits for the queued statements.
    func changedRows() throws(StoreError) -> Int {
        if !queued.isEmpty, let result = try finish() { cpostgres_clear(result) }
        return changed
    }

    // MARK: Transactions

    func begin(_ isolation: SQLIsolation) throws(StoreError) {
        isInTransaction = true
        switch isolation {
        case .serializable: try queue(SQLStatementKey("BEGIN ISOLATION LEVEL SERIALIZABLE"), [])
        case .user(let user):
            try queue(SQLStatementKey("BEGIN ISOLATION LEVEL READ COMMITTED"), [])
            try queue(SQLStatementKey("SELECT pg_advisory_xact_lock(hashtextextended(current_schema() || ?, 1))"), [.text(user.rawValue)])
        case .readCommitted: try queue(SQLStatementKey("BEGIN ISOLATION LEVEL READ COMMITTED"), [])
        }
    }

    /// Begins a transaction whose queries see the same moment.
    func beginSnapshot() throws(StoreError) {
        isInTransaction = true
        try queue(SQLStatementKey("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"), [])
    }

    func commit() throws(StoreError) {
        // A transaction whose end was not sent was surely not committed.
        guard isAlive else { throw lost() }
        try queue(SQLStatementKey("COMMIT"), [], isCommit: true)
        if let result = try finish() { cpostgres_clear(result) }
        isInTransaction = false
        // After an error that nobody has told of, the server answers COMMIT with ROLLBACK.
        guard lastCommand == "COMMIT" else { throw .databaseFailed("a statement of the transaction has failed") }
    }

    /// Ends a transaction without a trace. A lost connection has done this already.
    func rollback() {
        guard isInTransaction else { return }
        isInTransaction = false
        let kept = failure
        if let result = try? finish() { cpostgres_clear(result) }
        do throws(StoreError) {
            try queue(SQLStatementKey("ROLLBACK"), [])
            if let result = try finish() { cpostgres_clear(result) }
            failure = kept
        } catch {}
    }

    func forgetFailure() { failure = nil }

    /// False after the connection was lost.
    var isOpen: Bool { cpostgres_status(handle) == Int32(CPOSTGRES_CONNECTION_OK) && failure.map { $0.state != nil } ?? true }

    // MARK: Results

    /// Sends what is queued and reads all results.
    ///
    /// - Returns: the result of the last statement, which the caller frees; nil when nothing was queued.
    private func finish() throws(StoreError) -> OpaquePointer? {
        let steps = queued
        queued = []
        guard !steps.isEmpty else { return nil }
        guard cpostgres_pipeline_sync(handle) == 1 else { throw lost(steps) }
        var last: OpaquePointer?
        var problem: StoreError?
        for step in steps {
            guard let result = try next(steps) else { throw lost(steps) }
            switch cpostgres_result_status(result) {
            case Int32(CPOSTGRES_COMMAND_OK), Int32(CPOSTGRES_TUPLES_OK):
                if case .statement = step {
                    if let last { cpostgres_clear(last) }
                    last = result
                    changed = Int(String(cString: cpostgres_changed_rows(result))) ?? 0
                    lastCommand = String(cString: cpostgres_command(result))
                } else {
                    cpostgres_clear(result)
                }
            default:
                guard cpostgres_status(handle) == Int32(CPOSTGRES_CONNECTION_OK) else {
                    // A server that ends and says so has not done this step, nor the next ones.
                    let isRefused = cpostgres_result_state(result) != nil
                    cpostgres_clear(result)
                    if let last { cpostgres_clear(last) }
                    throw lost(isRefused ? [] : steps)
                }
                if case .preparation(let key) = step { prepared[key] = nil }
                if problem == nil, cpostgres_result_status(result) != Int32(CPOSTGRES_PIPELINE_ABORTED) { problem = error(of: result) }
                cpostgres_clear(result)
            }
            // The end of the step's results.
            while let more = try next(steps) { cpostgres_clear(more) }
        }
        // The point of synchronisation.
        if let end = try next(steps) { cpostgres_clear(end) }
        guard let problem else { return last }
        if let last { cpostgres_clear(last) }
        throw problem
    }

    /// Waits for the next result; nil at the end of a statement's results.
    private func next(_ steps: [Step]) throws(StoreError) -> OpaquePointer? {
        while true {
            let unsent = cpostgres_flush(handle)
            guard unsent >= 0 else { throw lost(steps) }
            if unsent == 0, cpostgres_is_busy(handle) == 0 { return cpostgres_result(handle) }
            var waiting = pollfd(fd: cpostgres_socket(handle), events: Int16(POLLIN | (unsent > 0 ? POLLOUT : 0)), revents: 0)
            let ready = poll(&waiting, 1, Self.answerMilliseconds)
            if ready < 0, errno == EINTR { continue }
            guard ready > 0, cpostgres_consume(handle) == 1 else { throw lost(steps) }
        }
    }

    /// False if the server has ended the connection, as far as is known without asking.
    private var isAlive: Bool {
        var waiting = pollfd(fd: cpostgres_socket(handle), events: Int16(POLLIN), revents: 0)
        // The server's last message comes before the end of the stream.
        while poll(&waiting, 1, 0) > 0 {
            guard cpostgres_consume(handle) == 1, cpostgres_status(handle) == Int32(CPOSTGRES_CONNECTION_OK) else { return false }
        }
        return true
    }

    private func error(of result: OpaquePointer) -> StoreError {
        let state = cpostgres_result_state(result).map { String(cString: $0) } ?? "XX000"
        let message = cpostgres_result_message(result).map { String(cString: $0) } ?? "unknown error"
        failure = Failure(state: state, isUncertain: false)
        if state == "57014" { return .tooSlow(message) }
        return switch state.prefix(2) {
        case "23": .constraint(message)
        case "53": .databaseUnavailable("\(address) has no room: \(message)")
        case "57", "08": .databaseUnavailable("\(address) does not serve: \(message)")
        default: .databaseFailed("PostgreSQL error \(state): \(message)")
        }
    }

    /// - Parameter steps: steps whose results were not read.
    private func lost(_ steps: [Step] = []) -> StoreError {
        let isUncertain = steps.contains { if case .statement(isCommit: true) = $0 { true } else { false } }
        failure = Failure(state: nil, isUncertain: isUncertain)
        queued = []
        return unavailable()
    }
}

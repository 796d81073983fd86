import CSQLite

/// One connection to the database file. Used by one thread at a time; closed with its owner.
///
/// Statements are `StaticString`s or composed of these: a value can get into a statement only as a parameter.
package final class SQLiteConnection {
    package enum Access { case readOnly, readWrite }

    /// Time for which a statement waits for another process before it fails as busy.
    static let busyTimeOutMilliseconds: Int32 = 5_000
    /// The statement that sets `busyTimeOutMilliseconds` again.
    static let usualBusyTimeOut: StaticString = "PRAGMA busy_timeout = 5000"

    let handle: OpaquePointer
    let path: String
    private let statements = SQLiteStatementCache()

    private init(handle: OpaquePointer, path: String) {
        self.handle = handle
        self.path = path
    }

    /// Opens a file that exists.
    ///
    /// - Parameter durability: the place of a transaction whose commit has returned.
    package static func open(
        _ path: String, _ access: Access, durability: CommitDurability = .disk
    ) throws(StoreError) -> sending SQLiteConnection {
        // NOMUTEX: the owner keeps to one thread at a time, so SQLite need not lock.
        let flags =
            switch access {
            case .readOnly: SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX
            case .readWrite: SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX
            }
        var opened: OpaquePointer?
        let code = sqlite3_open_v2(path, &opened, flags, nil)
        guard code == SQLITE_OK, let opened else {
            let error = error(code, of: opened, path: path)
            sqlite3_close_v2(opened)
            throw error
        }
        let connection = SQLiteConnection(handle: opened, path: path)
        sqlite3_extended_result_codes(opened, 1)
        sqlite3_busy_timeout(opened, Self.busyTimeOutMilliseconds)
        try connection.run("PRAGMA foreign_keys = ON")
        // In WAL mode, FULL syncs the log at each commit. NORMAL syncs at checkpoints only: a power cut may lose the last transactions, but cannot corrupt
        // the file, and a crash of the process loses none.
        switch durability {
        case .disk: try connection.run("PRAGMA synchronous = FULL")
        case .kernel: try connection.run("PRAGMA synchronous = NORMAL")
        }
        // SQLite overwrites deleted data.
        if case .readWrite = access { try connection.run("PRAGMA secure_delete = ON") }
        guard WordTokenizer.register(with: try FullText.interface(of: connection)) else { throw FullText.unusable }
        return connection
    }

    // Not sqlite3_close: statements that are still alive keep the connection until they are freed.
    deinit { sqlite3_close_v2(handle) }

    /// Returns the statement of `sql`, prepared unless the cache has it.
    package func prepare(_ sql: StaticString) throws(StoreError) -> SQLiteStatement {
        let key = SQLStatementKey(sql)
        if let kept = statements.idle(key) { return SQLiteStatement(handle: kept, path: path, isKept: true) }
        return kept(try compile(UnsafeBufferPointer(start: sql.utf8Start, count: sql.utf8CodeUnitCount)), key)
    }

    /// Returns the statement of `sql`, prepared unless the cache has it.
    package func prepare(_ sql: ComposedSQL) throws(StoreError) -> SQLiteStatement {
        let key = SQLStatementKey(sql)
        if let kept = statements.idle(key) { return SQLiteStatement(handle: kept, path: path, isKept: true) }
        return kept(try Array(sql.text.utf8).withUnsafeBufferPointer { (text) throws(StoreError) in try compile(text) }, key)
    }

    func compile(_ text: UnsafeBufferPointer<UInt8>) throws(StoreError) -> OpaquePointer {
        var statement: OpaquePointer?
        let code = text.withMemoryRebound(to: CChar.self) {
            sqlite3_prepare_v3(handle, $0.baseAddress, Int32($0.count), UInt32(SQLITE_PREPARE_PERSISTENT), &statement, nil)
        }
        guard code == SQLITE_OK, let statement else { throw Self.error(code, of: handle, path: path) }
        return statement
    }

    private func kept(_ statement: OpaquePointer, _ key: SQLStatementKey) -> SQLiteStatement {
        SQLiteStatement(handle: statement, path: path, isKept: statements.keep(statement, of: key))
    }

    /// Runs one statement.
    package func run(
        _ sql: StaticString, _ values: [SQLValue] = [],
        row: (borrowing SQLRow) throws(StoreError) -> Void = { (_) throws(StoreError) in }
    ) throws(StoreError) {
        try prepare(sql).run(values, row: row)
    }

    /// Runs one statement.
    package func run(
        _ sql: ComposedSQL, _ values: [SQLValue] = [],
        row: (borrowing SQLRow) throws(StoreError) -> Void = { (_) throws(StoreError) in }
    ) throws(StoreError) {
        try prepare(sql).run(values, row: row)
    }

    /// Number of rows that the last statement inserted, changed or deleted.
    package func changedRows() -> Int { Int(sqlite3_changes(handle)) }

    /// Number of rows that all statements have changed since the connection was opened.
    package func totalChanges() -> Int64 { sqlite3_total_changes64(handle) }

    /// True while a transaction is open. False also after SQLite itself has rolled the transaction back (disk full, input/output error).
    package func isInTransaction() -> Bool { sqlite3_get_autocommit(handle) == 0 }

    /// Runs `body` in a transaction that holds the write lock from its start, so that it never fails half-way as busy.
    package func transaction<Value>(
        _ body: (SQLiteConnection) throws(StoreError) -> Value
    ) throws(StoreError) -> Value {
        try run("BEGIN IMMEDIATE")
        do throws(StoreError) {
            let value = try body(self)
            try run("COMMIT")
            return value
        } catch {
            if isInTransaction() { try? run("ROLLBACK") }
            throw error
        }
    }

    /// True for an error of the system that passes, such as too many open files.
    private static func isShortage(_ code: Int32) -> Bool { if case .shortage = StoreError.failure("", code) { true } else { false } }

    static func error(_ code: Int32, of handle: OpaquePointer?, path: String) -> StoreError {
        let message = handle.flatMap(sqlite3_errmsg).map { String(cString: $0) } ?? String(cString: sqlite3_errstr(code))
        // The low byte is the kind of the error; the other bytes tell variants apart.
        return switch code & 0xff {
        case SQLITE_CANTOPEN where isShortage(sqlite3_system_errno(handle)): .failure(path, sqlite3_system_errno(handle))
        case SQLITE_CANTOPEN, SQLITE_PERM, SQLITE_READONLY, SQLITE_AUTH: .notUsable(path: path, reason: message)
        case SQLITE_FULL: .diskFull(path: path)
        case SQLITE_CORRUPT, SQLITE_NOTADB: .corrupt(path: path, detail: message)
        case SQLITE_BUSY, SQLITE_LOCKED: .busy(path: path)
        case SQLITE_CONSTRAINT: .constraint(message)
        default: .failed(code: Int(code), message)
        }
    }
}

import CSQLite

/// The prepared statements of a connection, one for each key. Used on the connection's thread only, and freed with the connection.
final class SQLiteStatementCache {
    private var statements: [SQLStatementKey: OpaquePointer] = [:]

    deinit {
        for statement in statements.values { sqlite3_finalize(statement) }
    }

    /// Returns the statement of `key`; nil if there is none or it is running, because the code that takes a row may run the same statement again.
    func idle(_ key: SQLStatementKey) -> OpaquePointer? {
        guard let statement = statements[key], sqlite3_stmt_busy(statement) == 0 else { return nil }
        return statement
    }

    /// Keeps a statement. Returns false when there is one already; the caller then still owns `statement`.
    func keep(_ statement: OpaquePointer, of key: SQLStatementKey) -> Bool {
        guard statements[key] == nil else { return false }
        statements[key] = statement
        return true
    }
}

import CSQLite

/// A connection's statements, prepared once each. Used on the connection's thread only, and freed with it.
///
/// A statement is known by where its text lies in the program: two literals of the same text are two statements, which costs memory only.
final class SQLiteStatementCache {
    private var statements: [UnsafePointer<UInt8>: OpaquePointer] = [:]

    deinit {
        for statement in statements.values { sqlite3_finalize(statement) }
    }

    /// The statement of `sql`, unless it is running: a row may run the statement that it came from.
    func idle(_ sql: StaticString) -> OpaquePointer? {
        guard let statement = statements[sql.utf8Start], sqlite3_stmt_busy(statement) == 0 else { return nil }
        return statement
    }

    /// Keeps a statement. False when there is one already: then it stays the caller's.
    func keep(_ statement: OpaquePointer, of sql: StaticString) -> Bool {
        guard statements[sql.utf8Start] == nil else { return false }
        statements[sql.utf8Start] = statement
        return true
    }
}

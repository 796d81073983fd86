import CSQLite

/// A connection's statements, prepared once each. Used on the connection's thread only, and freed with it.
///
/// A literal statement is known by where its text lies in the program: two literals of the same text are two statements, which costs memory only.
/// A composed statement is known by its text.
final class SQLiteStatementCache {
    enum Key: Hashable {
        case literal(UnsafePointer<UInt8>)
        case composed(ComposedSQL)
    }

    private var statements: [Key: OpaquePointer] = [:]

    deinit {
        for statement in statements.values { sqlite3_finalize(statement) }
    }

    /// The statement of `key`, unless it is running: a row may run the statement that it came from.
    func idle(_ key: Key) -> OpaquePointer? {
        guard let statement = statements[key], sqlite3_stmt_busy(statement) == 0 else { return nil }
        return statement
    }

    /// Keeps a statement. False when there is one already: then it stays the caller's.
    func keep(_ statement: OpaquePointer, of key: Key) -> Bool {
        guard statements[key] == nil else { return false }
        statements[key] = statement
        return true
    }
}

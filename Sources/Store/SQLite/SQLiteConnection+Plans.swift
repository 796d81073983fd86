import CSQLite

extension SQLiteConnection {
    /// Returns the texts of the statements that the connection has prepared and keeps.
    func preparedStatements() -> [String] {
        var texts: [String] = []
        var last: OpaquePointer?
        while let statement = sqlite3_next_stmt(handle, last) {
            if let text = sqlite3_sql(statement) { texts.append(String(cString: text)) }
            last = statement
        }
        return texts
    }

    /// Returns the steps by which SQLite would carry out a statement, with the steps of the triggers and references that the statement sets off.
    func plan(of text: String) throws(StoreError) -> [String] {
        harken_sqlite_explain_triggers(handle)
        let statement = SQLiteStatement(
            handle: try Array(("EXPLAIN QUERY PLAN " + text).utf8).withUnsafeBufferPointer { (text) throws(StoreError) in try compile(text) },
            path: path, isKept: false)
        var steps: [String] = []
        try statement.run { (row) throws(StoreError) in steps.append(row.text(3) ?? "") }
        return steps
    }
}

/// One connection to the stores' database. Used by one thread at a time; closed with its owner.
///
/// The stores' statements are written once, in SQL that both databases understand. With `SQLRow` this is the only place that knows both.
package enum SQLConnection: ~Copyable {
    case sqlite(SQLiteConnection)

    /// Runs one statement and gives each row to `row`.
    ///
    /// - Parameter row: takes a row, which is valid during the call only. It may run other statements.
    package borrowing func run(
        _ sql: StaticString, _ values: [SQLValue] = [], row: (borrowing SQLRow) throws(StoreError) -> Void
    ) throws(StoreError) {
        switch self {
        case .sqlite(let connection): try connection.run(sql, values, row: row)
        }
    }

    /// Runs one statement and gives each row to `row`.
    package borrowing func run(
        _ sql: ComposedSQL, _ values: [SQLValue] = [], row: (borrowing SQLRow) throws(StoreError) -> Void
    ) throws(StoreError) {
        switch self {
        case .sqlite(let connection): try connection.run(sql, values, row: row)
        }
    }

    /// Runs one statement whose rows nobody reads.
    package borrowing func run(_ sql: StaticString, _ values: [SQLValue] = []) throws(StoreError) {
        switch self {
        case .sqlite(let connection): try connection.run(sql, values)
        }
    }

    /// Runs one statement whose rows nobody reads.
    package borrowing func run(_ sql: ComposedSQL, _ values: [SQLValue] = []) throws(StoreError) {
        switch self {
        case .sqlite(let connection): try connection.run(sql, values)
        }
    }

    /// Returns the first column of the only row; nil when there is no row.
    package borrowing func integer(_ sql: StaticString, _ values: [SQLValue] = []) throws(StoreError) -> Int64? {
        var found: Int64?
        try run(sql, values) { (row) throws(StoreError) in found = row.integer(0) }
        return found
    }

    /// Number of rows that the last statement inserted, changed or deleted.
    package borrowing func changedRows() throws(StoreError) -> Int {
        switch self {
        case .sqlite(let connection): connection.changedRows()
        }
    }

    /// Runs queries that must see the same moment.
    borrowing func snapshot<Value>(_ body: (borrowing SQLConnection) throws(StoreError) -> Value) throws(StoreError) -> Value {
        try run("BEGIN")
        do throws(StoreError) {
            let value = try body(self)
            try run("COMMIT")
            return value
        } catch {
            if isInTransaction() { try? run("ROLLBACK") }
            throw error
        }
    }

    /// True while a transaction is open. False also after the database itself has rolled the transaction back.
    borrowing func isInTransaction() -> Bool {
        switch self {
        case .sqlite(let connection): connection.isInTransaction()
        }
    }
}

/// One connection to the stores' database. Used by one thread at a time; closed with its owner.
///
/// The stores' statements are written once, in SQL that both databases understand. With `SQLRow` this is the only place that knows both.
package struct SQLConnection: ~Copyable {
    // Swift 6.3's optimizer aborts on enums that cannot be copied, and where the making of such a value from a borrowed object is inlined.
    private enum Database {
        case sqlite(SQLiteConnection)
        case postgreSQL(PostgresConnection)
    }

    private let database: Database

    @inline(never) init(_ connection: SQLiteConnection) { database = .sqlite(connection) }

    @inline(never) init(_ connection: PostgresConnection) { database = .postgreSQL(connection) }

    /// Runs one statement and gives each row to `row`.
    ///
    /// - Parameter row: takes a row, which is valid during the call only. It may run other statements.
    package borrowing func run(
        _ sql: StaticString, _ values: [SQLValue] = [], row: (borrowing SQLRow) throws(StoreError) -> Void
    ) throws(StoreError) {
        switch database {
        case .sqlite(let connection): try connection.run(sql, values, row: row)
        case .postgreSQL(let connection): try connection.run(SQLStatementKey(sql), values, row: row)
        }
    }

    /// Runs one statement and gives each row to `row`.
    package borrowing func run(
        _ sql: ComposedSQL, _ values: [SQLValue] = [], row: (borrowing SQLRow) throws(StoreError) -> Void
    ) throws(StoreError) {
        switch database {
        case .sqlite(let connection): try connection.run(sql, values, row: row)
        case .postgreSQL(let connection): try connection.run(SQLStatementKey(sql), values, row: row)
        }
    }

    /// Runs one statement whose rows nobody reads. An error may surface at the next statement whose rows are read, or at the end of the transaction.
    package borrowing func run(_ sql: StaticString, _ values: [SQLValue] = []) throws(StoreError) {
        switch database {
        case .sqlite(let connection): try connection.run(sql, values)
        case .postgreSQL(let connection): try connection.queue(SQLStatementKey(sql), values)
        }
    }

    /// Runs one statement whose rows nobody reads. An error may surface at the next statement whose rows are read, or at the end of the transaction.
    package borrowing func run(_ sql: ComposedSQL, _ values: [SQLValue] = []) throws(StoreError) {
        switch database {
        case .sqlite(let connection): try connection.run(sql, values)
        case .postgreSQL(let connection): try connection.queue(SQLStatementKey(sql), values)
        }
    }

    /// Returns the first column of the only row; nil when there is no row.
    package borrowing func integer(_ sql: StaticString, _ values: [SQLValue] = []) throws(StoreError) -> Int64? {
        var found: Int64?
        try run(sql, values) { (row) throws(StoreError) in found = row.integer(0) }
        return found
    }

    /// Returns the first column of the only row; nil when there is no row.
    package borrowing func integer(_ sql: ComposedSQL, _ values: [SQLValue] = []) throws(StoreError) -> Int64? {
        var found: Int64?
        try run(sql, values) { (row) throws(StoreError) in found = row.integer(0) }
        return found
    }

    /// Number of rows that the last statement inserted, changed or deleted.
    package borrowing func changedRows() throws(StoreError) -> Int {
        switch database {
        case .sqlite(let connection): connection.changedRows()
        case .postgreSQL(let connection): try connection.changedRows()
        }
    }

    /// Runs queries that must see the same moment.
    borrowing func snapshot<Value>(_ body: (borrowing SQLConnection) throws(StoreError) -> Value) throws(StoreError) -> Value {
        switch database {
        case .sqlite: try run("BEGIN")
        case .postgreSQL(let connection): try connection.beginSnapshot()
        }
        do throws(StoreError) {
            let value = try body(self)
            switch database {
            case .sqlite: try run("COMMIT")
            case .postgreSQL(let connection): try connection.commit()
            }
            return value
        } catch {
            switch database {
            case .sqlite: if isInTransaction() { try? run("ROLLBACK") }
            case .postgreSQL(let connection): connection.rollback()
            }
            throw error
        }
    }

    /// True while a transaction is open. False also after the database itself has rolled the transaction back.
    borrowing func isInTransaction() -> Bool {
        switch database {
        case .sqlite(let connection): connection.isInTransaction()
        case .postgreSQL(let connection): connection.isInTransaction
        }
    }

    /// True if transactions run at the same time and can pass over rows that others have locked.
    var locksRows: Bool {
        switch database {
        case .sqlite: false
        case .postgreSQL: true
        }
    }

    /// Lets the database continue the numbers of a table's rows after the highest one.
    borrowing func continueNumbers(of table: StaticString) throws(StoreError) {
        switch database {
        case .sqlite: break
        case .postgreSQL:
            try run(
                ComposedSQL(
                    "SELECT setval(pg_get_serial_sequence('", table, "', 'number'), coalesce((SELECT max(number) FROM ", table, "), 0) + 1, FALSE)"))
        }
    }

    /// True if each statement whose rows are read asks a server.
    var isRemote: Bool {
        switch database {
        case .sqlite: false
        case .postgreSQL: true
        }
    }

    /// Returns the texts of the statements that a SQLite connection has prepared and keeps; none for other databases.
    package borrowing func preparedStatements() -> [String] {
        switch database {
        case .sqlite(let connection): connection.preparedStatements()
        case .postgreSQL: []
        }
    }

    /// Returns the steps by which SQLite would carry out a statement, with the steps of the triggers that the statement sets off; none for other
    /// databases.
    package borrowing func plan(of text: String) throws(StoreError) -> [String] {
        switch database {
        case .sqlite(let connection): try connection.plan(of: text)
        case .postgreSQL: []
        }
    }

    /// Number of rows that all statements have changed since a SQLite connection was opened; 0 for other databases.
    borrowing func totalChanges() -> Int64 {
        switch database {
        case .sqlite(let connection): connection.totalChanges()
        case .postgreSQL: 0
        }
    }
}

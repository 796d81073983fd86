package import Speech

/// The current row of a statement. Columns are counted from 0; a column that is NULL or of another type is read as nil.
package struct SQLRow: ~Copyable {
    // Swift 6.3's optimizer aborts on enums that cannot be copied.
    private enum Source {
        case sqlite(SQLiteRow)
        case postgreSQL(PostgresRow)
    }

    private let source: Source

    init(_ row: SQLiteRow) { source = .sqlite(row) }

    init(_ row: PostgresRow) { source = .postgreSQL(row) }

    package borrowing func integer(_ column: Int32) -> Int64? {
        switch source {
        case .sqlite(let row): row.integer(column)
        case .postgreSQL(let row): row.integer(column)
        }
    }

    package borrowing func real(_ column: Int32) -> Double? {
        switch source {
        case .sqlite(let row): row.real(column)
        case .postgreSQL(let row): row.real(column)
        }
    }

    package borrowing func text(_ column: Int32) -> String? {
        switch source {
        case .sqlite(let row): row.text(column)
        case .postgreSQL(let row): row.text(column)
        }
    }

    package borrowing func blob(_ column: Int32) -> [UInt8]? {
        switch source {
        case .sqlite(let row): row.blob(column)
        case .postgreSQL(let row): row.blob(column)
        }
    }

    /// Calls `body` with the bytes of a blob in the database library's own memory, which are valid during the call only. The bytes are empty for other
    /// types.
    package borrowing func withBlob<Value>(_ column: Int32, _ body: (UnsafeRawBufferPointer) throws(StoreError) -> Value) throws(StoreError) -> Value
    {
        switch source {
        case .sqlite(let row): try row.withBlob(column, body)
        case .postgreSQL(let row): try row.withBlob(column, body)
        }
    }

    package borrowing func time(_ column: Int32) -> UnixTime { UnixTime(milliseconds: integer(column) ?? 0) }

    package borrowing func duration(_ column: Int32) -> Duration { .nanoseconds(integer(column) ?? 0) }

    /// False also for NULL. A database without truth values has 0 and 1.
    package borrowing func flag(_ column: Int32) -> Bool { integer(column) == 1 }
}

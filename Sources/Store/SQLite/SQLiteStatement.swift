import CSQLite

/// A prepared statement. Its owner must not outlive the thread's use of the connection.
package struct SQLiteStatement: ~Copyable {
    private let handle: OpaquePointer
    private let path: String
    /// True if the statement belongs to the connection's cache, which frees it.
    private let isKept: Bool

    init(handle: OpaquePointer, path: String, isKept: Bool) {
        self.handle = handle
        self.path = path
        self.isKept = isKept
    }

    deinit { if !isKept { sqlite3_finalize(handle) } }

    /// Runs the statement from its beginning with `values` for its parameters, in order, and gives each row to `row`.
    ///
    /// - Parameter row: takes a row, which is valid during the call only.
    package borrowing func run(
        _ values: [SQLValue] = [], row: (borrowing SQLRow) throws(StoreError) -> Void = { (_) throws(StoreError) in }
    ) throws(StoreError) {
        // The reset also ends the implicit read transaction, so that the next run sees what others have written.
        defer {
            sqlite3_reset(handle)
            sqlite3_clear_bindings(handle)
        }
        for (index, value) in values.enumerated() { try bind(value, at: Int32(index + 1)) }
        while true {
            switch sqlite3_step(handle) {
            case SQLITE_ROW: try row(SQLRow(SQLiteRow(handle: handle)))
            case SQLITE_DONE: return
            case let code: throw SQLiteConnection.error(code, of: sqlite3_db_handle(handle), path: path)
            }
        }
    }

    private borrowing func bind(_ value: SQLValue, at index: Int32) throws(StoreError) {
        let code =
            switch value {
            case .integer(.none), .real(.none), .text(.none), .blob(.none): sqlite3_bind_null(handle, index)
            case .integer(let integer?): sqlite3_bind_int64(handle, index, integer)
            case .flag(let flag): sqlite3_bind_int64(handle, index, flag ? 1 : 0)
            case .real(let real?): sqlite3_bind_double(handle, index, real)
            case .text(let text?): bind(text.withoutZeros, at: index)
            case .blob(let bytes?):
                bytes.withUnsafeBytes { buffer in
                    // A null pointer would bind NULL instead of an empty blob.
                    buffer.baseAddress.map { sqlite3_bind_blob64(handle, index, $0, UInt64(buffer.count), harken_sqlite_transient()) }
                        ?? sqlite3_bind_zeroblob(handle, index, 0)
                }
            }
        guard code == SQLITE_OK else { throw SQLiteConnection.error(code, of: sqlite3_db_handle(handle), path: path) }
    }

    private borrowing func bind(_ text: String, at index: Int32) -> Int32 {
        sqlite3_bind_text64(handle, index, text, UInt64(text.utf8.count), harken_sqlite_transient(), UInt8(SQLITE_UTF8))
    }
}

/// The current row of a statement. Columns are counted from 0; a column that is NULL or of another type is read as nil.
package struct SQLiteRow {
    private let handle: OpaquePointer

    init(handle: OpaquePointer) { self.handle = handle }

    func integer(_ column: Int32) -> Int64? {
        sqlite3_column_type(handle, column) == SQLITE_INTEGER ? sqlite3_column_int64(handle, column) : nil
    }

    func real(_ column: Int32) -> Double? {
        switch sqlite3_column_type(handle, column) {
        case SQLITE_FLOAT, SQLITE_INTEGER: sqlite3_column_double(handle, column)
        default: nil
        }
    }

    func text(_ column: Int32) -> String? {
        guard sqlite3_column_type(handle, column) == SQLITE_TEXT, let start = sqlite3_column_text(handle, column) else { return nil }
        return String(decoding: UnsafeBufferPointer(start: start, count: Int(sqlite3_column_bytes(handle, column))), as: UTF8.self)
    }

    func blob(_ column: Int32) -> [UInt8]? {
        guard sqlite3_column_type(handle, column) == SQLITE_BLOB else { return nil }
        let start = sqlite3_column_blob(handle, column)
        return [UInt8](UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(handle, column))))
    }

    /// Calls `body` with the bytes of a blob in SQLite's own memory, which are valid during the call only. The bytes are empty for other types.
    func withBlob<Value>(_ column: Int32, _ body: (UnsafeRawBufferPointer) throws(StoreError) -> Value) throws(StoreError) -> Value {
        guard sqlite3_column_type(handle, column) == SQLITE_BLOB else { return try body(UnsafeRawBufferPointer(start: nil, count: 0)) }
        let start = sqlite3_column_blob(handle, column)
        return try body(UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(handle, column))))
    }
}

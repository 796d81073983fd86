import CSQLite

/// The FTS5 interface of a connection.
enum FullText {
    static let unusable = StoreError.failed(
        code: Int(SQLITE_ERROR), "FTS5 accepts no tokenizer: the SQLite library is not the one that Harken was built for")

    static func interface(of connection: SQLiteConnection) throws(StoreError) -> UnsafeMutablePointer<fts5_api> {
        let handle = connection.handle
        var interface: UnsafeMutablePointer<fts5_api>?
        var statement: OpaquePointer?
        defer { sqlite3_finalize(statement) }
        let code = withUnsafeMutablePointer(to: &interface) { place in
            guard sqlite3_prepare_v2(handle, "SELECT fts5(?1)", -1, &statement, nil) == SQLITE_OK,
                sqlite3_bind_pointer(statement, 1, place, "fts5_api_ptr", nil) == SQLITE_OK
            else { return SQLITE_ERROR }
            return sqlite3_step(statement)
        }
        guard code == SQLITE_ROW, let interface else { throw unusable }
        return interface
    }
}

import CSQLite

extension SQLiteConnection {
    /// Copies the database into a new file, as it is at one moment, while other processes read and write.
    func copy(to path: String) throws(StoreError) {
        var opened: OpaquePointer?
        let code = sqlite3_open_v2(path, &opened, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nil)
        defer { sqlite3_close_v2(opened) }
        guard code == SQLITE_OK, let opened else { throw Self.error(code, of: opened, path: path) }
        guard let copy = sqlite3_backup_init(opened, "main", handle, "main") else {
            throw Self.error(sqlite3_errcode(opened), of: opened, path: path)
        }
        // All pages in one step: writers go on in the log, and cannot make the copy begin again.
        let step = sqlite3_backup_step(copy, -1)
        let end = sqlite3_backup_finish(copy)
        guard step == SQLITE_DONE, end == SQLITE_OK else { throw Self.error(step == SQLITE_DONE ? end : step, of: opened, path: path) }
    }
}

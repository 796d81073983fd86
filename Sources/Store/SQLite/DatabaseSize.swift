import Glibc

/// The size of a directory's SQLite database.
struct DatabaseSize: Sendable, Equatable {
    /// Size of the file and its log, in bytes.
    var bytes: Int
    /// Bytes of pages that hold nothing: they get new rows before the file grows.
    var free: Int

    /// Asks the database; nil when there is none.
    ///
    /// The file itself must not be opened here: closing it would end the locks that SQLite has in this process.
    static func read(_ directory: DataDirectory) throws(StoreError) -> DatabaseSize? {
        guard access(directory.database, F_OK) == 0 else { return nil }
        let connection = try SQLiteConnection.open(directory.database, .readOnly)
        func integer(_ sql: StaticString) throws(StoreError) -> Int {
            var value: Int64?
            try connection.run(sql) { (row) throws(StoreError) in value = row.integer(0) }
            return Int(value ?? 0)
        }
        let pageSize = try integer("PRAGMA page_size")
        let pages = try integer("PRAGMA page_count"), free = try integer("PRAGMA freelist_count")
        var log = stat()
        let logBytes = stat(directory.database + "-wal", &log) == 0 ? Int(log.st_size) : 0
        return DatabaseSize(bytes: pages * pageSize + logBytes, free: free * pageSize)
    }
}

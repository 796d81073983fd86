import Glibc

/// The store's database file, in WAL mode: one writer, readers that never wait for it, other processes beside it.
package final class SQLiteDatabase: Sendable {
    package let directory: DataDirectory
    private let writer: SQLiteWriter
    private let reader: SQLiteReader
    /// The result of the look through the file's pages.
    package let check: QuickCheck

    /// Opens the database of `directory`, makes it unless it is there, brings its schema up to date, and looks through its pages.
    ///
    /// - Parameter checkTime: for how long pages are looked through.
    /// - Throws: `keysLost` when there are no keys any more where some were made, `corrupt` when a page is damaged.
    package init(in directory: DataDirectory, migrations: [Migration] = Migration.all, checkTime: Duration = .seconds(1)) throws(StoreError) {
        let path = directory.database
        self.directory = directory
        let connection = try directory.withSetUpLock { () throws(StoreError) in
            try KeysMarker(of: directory).check(path)
            try Self.makePrivateFile(path)
            let connection = try SQLiteConnection.open(path, .readWrite)
            // Kept in the file; asked for at each start because a restored copy may have lost it.
            try connection.run("PRAGMA journal_mode = WAL")
            try Migration.run(migrations, on: connection, path: path)
            return connection
        }
        check = try QuickCheck.run(on: connection, path: path, within: checkTime)
        writer = SQLiteWriter(connection)
        reader = SQLiteReader(try SQLiteConnection.open(path, .readOnly))
    }

    /// Runs `body` in a transaction on the writer's thread, together with others that wait. Returns when it is committed.
    package func write<Value: Sendable>(
        _ body: @escaping @Sendable (borrowing SQLiteConnection) throws(StoreError) -> Value
    ) async throws(StoreError) -> Value {
        try await writer.run(body)
    }

    /// Runs `body` on the reader's thread. It sees what was committed when its first statement began.
    package func read<Value: Sendable>(
        _ body: @escaping @Sendable (borrowing SQLiteConnection) throws(StoreError) -> Value
    ) async throws(StoreError) -> Value {
        try await reader.run(body)
    }

    /// Puts all that the log holds into the file, and empties the log. Waits for those who read.
    package func emptyLog() async throws(StoreError) {
        try await writer.runAlone { [directory] (connection) throws(StoreError) in
            var isBusy = false
            try connection.run("PRAGMA wal_checkpoint(TRUNCATE)") { (row) throws(StoreError) in isBusy = row.integer(0) != 0 }
            if isBusy { throw .busy(path: directory.database) }
        }
    }

    /// One more connection, for a caller that must not wait for the reader's thread.
    package func makeReadConnection() throws(StoreError) -> sending SQLiteConnection {
        try SQLiteConnection.open(directory.database, .readOnly)
    }

    /// SQLite would make the file as the umask says; its WAL files take over the permissions of this one.
    private static func makePrivateFile(_ path: String) throws(StoreError) {
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw errno == ENOSPC ? .diskFull(path: path) : .notUsable(path: path, reason: DataDirectory.reason(errno))
        }
        close(descriptor)
    }
}

internal import Dispatch
import Glibc
package import Speech

/// The store's database file in WAL mode: one writer, readers that never wait for the writer, and other processes at the same time.
package final class SQLiteDatabase: SQLDatabase {
    package let directory: DataDirectory
    private let writer: SQLiteWriter
    private let readers: SQLiteReaders
    /// Result of the check of the file's pages.
    package let check: QuickCheck
    /// Names of the parts of the schema that are not those of this version, where earlier versions did not record which steps they took; empty when all
    /// are.
    package let foreignParts: [String]
    package let health = StoreHealth()

    /// Opens the database of `directory`, creates the database if it does not exist, brings its schema up to date, and checks its pages.
    ///
    /// - Parameters:
    ///   - durability: the place of a transaction when `write` returns.
    ///   - checkTime: time limit for the check of the pages.
    ///   - readers: number of queries that run at a time: one that takes long does not hold up the others.
    ///   - pauseForKeys: waits between two looks for a key where the directory's marker says that there are keys; nil: 50 ms.
    ///   - report: called before a step of the schema that may take long.
    /// - Throws: `keysLost` when the database has no keys although keys were made, `corrupt` when a page is damaged, `newerSchema` or `otherSchema` when
    ///   another build of Harken made the schema.
    package init(
        in directory: DataDirectory, migrations: [Migration] = Migration.all, durability: CommitDurability = .disk, checkTime: Duration = .seconds(1),
        readers count: Int = 3, pauseForKeys: (@Sendable () -> Void)? = nil, report: @Sendable (SchemaWork) -> Void = { _ in }
    ) throws(StoreError) {
        let path = directory.database
        self.directory = directory
        var foreignParts: [String] = []
        let connection = try directory.withSetUpLock { () throws(StoreError) in
            try KeysMarker(of: directory).check(path, wait: pauseForKeys ?? KeysMarker.pause)
            try Self.makePrivateFile(path)
            let connection = try SQLiteConnection.open(path, .readWrite, durability: durability)
            // The mode is kept in the file. It is set at each start because a restored copy may have lost it.
            try connection.run("PRAGMA journal_mode = WAL")
            foreignParts = try Migration.run(migrations, on: connection, path: path, report: report)
            // SQLite keeps a copy of each page that a statement changes until the statement is done. A file for them would double what is written, and
            // would have what is being deleted.
            try connection.run("PRAGMA temp_store = MEMORY")
            // After the line above, which would drop them.
            try ErasureTriggers.create(on: connection)
            return connection
        }
        self.foreignParts = foreignParts
        check = try QuickCheck.run(on: connection, path: path, within: checkTime)
        writer = SQLiteWriter(connection)
        var readers: [SQLiteReader] = []
        for _ in 0..<count { readers.append(SQLiteReader(try SQLiteConnection.open(path, .readOnly), health)) }
        self.readers = SQLiteReaders(readers, of: path, health)
    }

    /// Runs `body` on the writer's thread, in a transaction that `body` may share with other waiting work, and with it the sync of the log. Returns when
    /// the transaction is committed.
    package func write<Value: Sendable>(
        _ isolation: SQLIsolation, _ body: @escaping @Sendable (borrowing SQLConnection) throws(StoreError) -> Value
    ) async throws(StoreError) -> Value {
        try await health.watching(.write) { () throws(StoreError) in try await writer.run(body) }
    }

    /// Runs `body` on a reader's thread. `body` sees what was committed when its first statement began.
    package func read<Value: Sendable>(
        for user: ID<User>?, _ body: @escaping @Sendable (borrowing SQLConnection) throws(StoreError) -> Value
    ) async throws(StoreError) -> Value {
        try await readers.run(for: user, body)
    }

    /// Moves the content of the log into the file, and empties the log. Waits for readers.
    package func settle() async throws(StoreError) {
        let isEmpty = try await writer.runAlone { (connection) throws(StoreError) in try Self.emptyLog(on: connection) }
        guard isEmpty else { throw .busy(path: directory.database) }
    }

    package func emptyLog() async throws(StoreError) -> Bool {
        try await writer.runAlone { (connection) throws(StoreError) in
            // Writes wait meanwhile, so readers get a moment only.
            try connection.run("PRAGMA busy_timeout = 200")
            defer { try? connection.run(SQLiteConnection.usualBusyTimeOut) }
            return try Self.emptyLog(on: connection)
        }
    }

    /// Moves the content of the log into the file, and empties the log.
    ///
    /// - Returns: true when the log has no byte left; false when a reader or another process needs it.
    private static func emptyLog(on connection: borrowing SQLConnection) throws(StoreError) -> Bool {
        var isEmpty = false
        // The columns: 1 when something kept it from the end; the number of pages that are left in the log; those that were moved.
        try connection.run("PRAGMA wal_checkpoint(TRUNCATE)") { (row) throws(StoreError) in isEmpty = row.integer(0) == 0 && row.integer(1) == 0 }
        return isEmpty
    }

    package func keepRoom() async {
        await withCheckedContinuation { continuation in
            Self.reserving.async { [directory] in
                DiskReserve(in: directory).keep()
                continuation.resume()
            }
        }
    }

    /// Queue on which room is kept, because some file systems write each block of it.
    private static let reserving = DispatchQueue(label: "harken.reserve", qos: .utility)

    package func giveUpRoom() -> Bool { DiskReserve(in: directory).giveUp() }

    package var words: any WordIndex { FTSWordIndex() }

    package func makeReader(for use: SQLReaderUse) throws(StoreError) -> any SQLReader {
        let connection = try makeReadConnection()
        switch use {
        case .keys: break
        case .words:
            // The index of a million segments has 60 MB: the cache keeps pages that are read often.
            try connection.run("PRAGMA cache_size = -65536")
            try WordScore.register(on: connection)
        case .windows: try connection.run("PRAGMA cache_size = -16384")
        }
        return SQLiteReader(connection, health)
    }

    /// Opens another connection, for a caller that must not wait for the reader's thread.
    package func makeReadConnection() throws(StoreError) -> sending SQLiteConnection {
        try SQLiteConnection.open(directory.database, .readOnly)
    }

    /// Creates the file for its owner only. SQLite would create it as the umask says; SQLite's WAL files copy the permissions of this file, and its
    /// owner.
    static func makePrivateFile(_ path: String) throws(StoreError) {
        let descriptor = DirectoryOwner.openFile(path, O_RDWR)
        guard descriptor >= 0 else { throw .failure(path) }
        close(descriptor)
    }
}

package import Speech

/// An installation whose stores are in one SQLite database and whose blobs are in folders beside it. Only this type names the classes of the stores.
package struct SQLiteInstallation: StoreBackEnd {
    private let database: SQLiteDatabase
    private let blobs: Blobs

    /// Opens the database of `directory`, and creates the database if it does not exist.
    ///
    /// - Parameter checkTime: time limit for the check of the database's pages.
    package init(in directory: DataDirectory, checkTime: Duration = .seconds(1)) throws(StoreError) {
        database = try SQLiteDatabase(in: directory, checkTime: checkTime)
        blobs = Blobs(in: directory)
    }

    /// Returns true if this version would change the format of the directory's database, which a running gateway may use.
    package static func wouldMigrate(_ directory: DataDirectory) throws(StoreError) -> Bool {
        let connection = try SQLiteConnection.open(directory.database, .readOnly)
        return try Migration.reached(on: connection) < Migration.all.count
    }

    /// Result of the check of the database's pages.
    package var check: QuickCheck { database.check }

    package func keys(
        hashing: any KeyHashing, now: @escaping @Sendable () -> UnixTime
    ) throws(StoreError) -> any AccessKeyAdministration {
        try SQLiteAccessKeyStore(in: database, hashing: hashing, now: now)
    }

    package var usage: any UsageStore { SQLiteUsageStore(in: database) }

    package func conversations(now: @escaping @Sendable () -> UnixTime) -> any ConversationStores {
        SQLiteConversationStore(in: database, audio: blobs.audio, now: now)
    }

    package func stores(now: @escaping @Sendable () -> UnixTime) -> Stores {
        Stores(
            conversations: conversations(now: now), jobs: SQLiteJobQueue(in: database), uploads: SQLiteUploadStore(in: database),
            chunks: SQLiteChunkStore(in: database), usage: usage, blobs: blobs)
    }

    package func settle() async throws(StoreError) { try await database.emptyLog() }
}

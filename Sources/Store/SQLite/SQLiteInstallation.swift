import Glibc
package import Speech

/// An installation whose stores are in one SQLite database and whose blobs are in folders beside it. Only this type names the classes of the stores.
package struct SQLiteInstallation: StoreBackEnd {
    private let database: SQLiteDatabase
    package let blobs: Blobs

    /// Opens the database of `directory`, and creates the database if it does not exist.
    ///
    /// - Parameters:
    ///   - blobs: the stores of blobs; nil for folders of `directory`.
    ///   - durability: the place of a change when the store has accepted it.
    ///   - checkTime: time limit for the check of the database's pages.
    ///   - report: called before a step of the schema that may take long.
    package init(
        in directory: DataDirectory, blobs: Blobs? = nil, durability: CommitDurability = .disk, checkTime: Duration = .seconds(1),
        report: @Sendable (SchemaWork) -> Void = { _ in }
    ) throws(StoreError) {
        database = try SQLiteDatabase(in: directory, durability: durability, checkTime: checkTime, report: report)
        self.blobs = blobs ?? Blobs(in: directory)
    }

    /// Returns true if this version would change the format of the directory's database, which a running gateway may use.
    package static func wouldMigrate(_ directory: DataDirectory) throws(StoreError) -> Bool {
        let connection = try SQLiteConnection.open(directory.database, .readOnly)
        return try Migration.reached(on: connection) < Migration.all.count
    }

    /// Result of the check of the database's pages.
    package var check: QuickCheck { database.check }

    /// Names of the parts of the schema that are not those of this version; empty when all are, as far as that is known.
    package var foreignParts: [String] { database.foreignParts }

    package func keys(
        hashing: any KeyHashing, now: @escaping @Sendable () -> UnixTime
    ) throws(StoreError) -> any AccessKeyAdministration {
        try SQLAccessKeyStore(in: database, of: database.directory, hashing: hashing, now: now)
    }

    package var health: StoreHealth { database.health }

    package var usage: any UsageStore { SQLUsageStore(in: database) }

    package func conversations(zones: TimeZones, now: @escaping @Sendable () -> UnixTime) -> any ConversationStores {
        conversationStore(zones: zones, now: now)
    }

    private func conversationStore(zones: TimeZones, now: @escaping @Sendable () -> UnixTime) -> SQLConversationStore {
        SQLConversationStore(in: database, audio: blobs.audio, zones: zones, now: now)
    }

    package func stores(zones: TimeZones, now: @escaping @Sendable () -> UnixTime) -> Stores {
        let conversations = conversationStore(zones: zones, now: now)
        let startErasing: @Sendable () -> Void = { [weak conversations] in conversations?.startErasing() }
        return Stores(
            conversations: conversations, jobs: SQLJobQueue(in: database, startErasing: startErasing),
            uploads: SQLUploadStore(in: database, startErasing: startErasing),
            chunks: SQLChunkStore(in: database), usage: usage, blobs: blobs, upkeep: database, health: health)
    }

    /// Copies the rows of all stores into another directory, as they are at one moment, while other processes use the installation.
    package static func copyRows(of directory: DataDirectory, to copy: DataDirectory) throws(StoreError) {
        try SQLiteDatabase.makePrivateFile(copy.database)
        try SQLiteConnection.open(directory.database, .readOnly).copy(to: copy.database)
        // The marker says what the copy has: a key may be made at the moment of the copy.
        if try KeysMarker.hasKeys(copy.database) { try KeysMarker(of: copy).write() }
        // A reader leaves an empty log, which is no part of the copy.
        for suffix in ["-wal", "-shm"] { unlink(copy.database + suffix) }
    }

    package func settle() async throws(StoreError) { try await database.settle() }
}

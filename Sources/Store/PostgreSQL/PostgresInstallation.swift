package import Speech

/// An installation whose stores are in a PostgreSQL database and whose blobs, secret and journals are in the data directory.
package struct PostgresInstallation: StoreBackEnd {
    private let database: PostgresDatabase
    private let directory: DataDirectory
    package let blobs: Blobs

    /// Connects to the database, and brings its schema up to date.
    ///
    /// - Parameter blobs: the stores of blobs; nil for folders of `directory`.
    /// - Throws: `keysLost` when the database has no keys although keys were made in `directory`.
    package init(at address: PostgresAddress, in directory: DataDirectory, blobs: Blobs? = nil) throws(StoreError) {
        database = try PostgresDatabase(at: address)
        self.directory = directory
        self.blobs = blobs ?? Blobs(in: directory)
        let hasKeys = try database.makeReader(for: .keys).runBlocking { (connection) throws(StoreError) in
            try connection.integer("SELECT 1 FROM access_keys LIMIT 1") != nil
        }
        let marker = KeysMarker(of: directory)
        if !hasKeys, try marker.isThere() { throw .keysLost(path: address.description, marker: marker.path) }
    }

    package func keys(
        hashing: any KeyHashing, now: @escaping @Sendable () -> UnixTime
    ) throws(StoreError) -> any AccessKeyAdministration {
        try SQLAccessKeyStore(in: database, of: directory, hashing: hashing, now: now)
    }

    package var usage: any UsageStore { SQLUsageStore(in: database) }

    package func conversations(now: @escaping @Sendable () -> UnixTime) -> any ConversationStores {
        SQLConversationStore(in: database, audio: blobs.audio, now: now)
    }

    package func stores(now: @escaping @Sendable () -> UnixTime) -> Stores {
        Stores(
            conversations: conversations(now: now), jobs: SQLJobQueue(in: database), uploads: SQLUploadStore(in: database),
            chunks: SQLChunkStore(in: database), usage: usage, blobs: blobs)
    }

    package func settle() {}
}

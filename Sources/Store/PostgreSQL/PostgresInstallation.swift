package import Speech

/// An installation whose stores are in a PostgreSQL database and whose blobs, secret and journals are in the data directory.
package struct PostgresInstallation: StoreBackEnd {
    private let database: PostgresDatabase
    private let directory: DataDirectory
    package let blobs: Blobs
    package let replicas: (any ReplicaStore)?

    /// Connects to the database, and brings its schema up to date.
    ///
    /// - Parameters:
    ///   - blobs: the stores of blobs; nil for folders of `directory`.
    ///   - isGateway: true if this process is a gateway, which may be one of several.
    ///   - report: called before a step of the schema that may take long.
    /// - Throws: `keysLost` when the database has no keys although keys were made in `directory`.
    package init(
        at address: PostgresAddress, in directory: DataDirectory, blobs: Blobs? = nil, isGateway: Bool = false,
        report: @Sendable (SchemaWork) -> Void = { _ in }
    ) throws(StoreError) {
        let replica = isGateway ? try ReplicaPlace.id(in: directory) : nil
        let database = try PostgresDatabase(at: address, replica: replica, report: report)
        self.database = database
        replicas = replica.map { PostgresReplicas($0, in: database) }
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
        let keys = try SQLAccessKeyStore(in: database, of: directory, hashing: hashing, now: now)
        try checkSecret(of: keys)
        return keys
    }

    /// Checks that this directory has the secret with which other gateways of the database hash keys and seal tokens.
    private func checkSecret(of keys: SQLAccessKeyStore) throws(StoreError) {
        let fingerprint = try keys.fingerprint()
        var known: [UInt8]?
        try database.makeReader(for: .keys).runBlocking { (connection) throws(StoreError) in
            try connection.run(
                "INSERT INTO installation (name, value) VALUES ('secret', ?) ON CONFLICT DO NOTHING", [.blob(fingerprint)])
            try connection.run("SELECT value FROM installation WHERE name = 'secret'") { (row) throws(StoreError) in known = row.blob(0) }
        }
        guard known == fingerprint else {
            throw .notUsable(
                path: directory.secret,
                reason: "the secret is not that of the database; copy the file `secret` from the data directory of another gateway of this database")
        }
    }

    /// The server's promise for an accepted change.
    package var durability: PostgresDurability { database.durability }

    package var health: StoreHealth { database.health }

    package var usage: any UsageStore { SQLUsageStore(in: database) }

    package func conversations(zones: TimeZones, now: @escaping @Sendable () -> UnixTime) -> any ConversationStores {
        conversationStore(zones: zones, now: now)
    }

    private func conversationStore(zones: TimeZones, now: @escaping @Sendable () -> UnixTime) -> SQLConversationStore {
        let store = SQLConversationStore(in: database, audio: blobs.audio, zones: zones, now: now)
        replicas?.listen { [weak store] in store?.follow($0) }
        return store
    }

    package func stores(zones: TimeZones, now: @escaping @Sendable () -> UnixTime) -> Stores {
        let conversations = conversationStore(zones: zones, now: now)
        let startErasing: @Sendable () -> Void = { [weak conversations] in conversations?.startErasing() }
        return Stores(
            conversations: conversations, jobs: SQLJobQueue(in: database, startErasing: startErasing),
            uploads: SQLUploadStore(in: database, startErasing: startErasing),
            chunks: SQLChunkStore(in: database), usage: usage, blobs: blobs, replicas: replicas, upkeep: database, health: health)
    }

    package func settle() {}
}

package import Speech

/// The installation's access keys in its database.
///
/// The keys have a reader of their own, so that a request never waits for a search. Each answer is read from the database: a key that another process
/// has made or revoked counts in the next one. With SQLite the query takes about 3 µs among 10,000 keys.
package final class SQLAccessKeyStore: AccessKeyAdministration {
    /// The beginning of every key's text.
    static let marker = "hk_"
    /// Number of random bytes in a key's text: 256 bits.
    static let randomByteCount = 32
    /// Number of characters of the text that lists show: enough to tell keys apart, too few to guess the rest.
    static let prefixLength = marker.count + 6

    let database: any SQLDatabase
    private let hashing: any KeyHashing
    private let secret: InstallationSecret
    private let marker: KeysMarker
    let now: @Sendable () -> UnixTime
    let reader: any SQLReader

    /// - Parameters:
    ///   - directory: the installation's directory, which has the secret and the marker of keys.
    ///   - now: returns the time of day, for the keys' expiry.
    package init(
        in database: any SQLDatabase, of directory: DataDirectory, hashing: any KeyHashing, now: @escaping @Sendable () -> UnixTime
    ) throws(StoreError) {
        reader = try database.makeReader(for: .keys)
        let isEmpty = try reader.runBlocking { (connection) throws(StoreError) in try Self.isEmpty(connection) }
        self.database = database
        self.hashing = hashing
        self.now = now
        secret = try InstallationSecret(of: directory, mayCreate: isEmpty) { (count) throws(StoreError) in
            try Self.random(count, hashing)
        }
        marker = KeysMarker(of: directory)
        // Keys of an earlier version have no marker. If the marker cannot be written now, the next start writes it: the keys are stored already.
        if !isEmpty, try !marker.isThere() { try? marker.write() }
    }

    package func isEmpty() async throws(StoreError) -> Bool {
        try await reader.run { (connection) throws(StoreError) in try Self.isEmpty(connection) }
    }

    private static func isEmpty(_ connection: borrowing SQLConnection) throws(StoreError) -> Bool {
        var isEmpty = true
        try connection.run("SELECT 1 FROM access_keys LIMIT 1") { (_) throws(StoreError) in isEmpty = false }
        return isEmpty
    }

    private static let keyByHash = ComposedSQL("SELECT ", AccessKey.columns, ", hash FROM access_keys WHERE hash = ?")
    private static let keyByID = ComposedSQL("SELECT ", AccessKey.columns, " FROM access_keys WHERE id = ?")
    private static let allKeys = ComposedSQL("SELECT ", AccessKey.columns, " FROM access_keys ORDER BY created_at, id")

    package func verify(_ presented: String) async throws(StoreError) -> KeyVerdict {
        guard presented.hasPrefix(Self.marker), presented.utf8.count <= AccessKey.maxTextLength else { return .unknown }
        let hash = try hash(presented)
        let now = now()
        return try await reader.run { [hashing] (connection) throws(StoreError) in
            var verdict = KeyVerdict.unknown
            try connection.run(Self.keyByHash, [.blob(hash)]) { (row) throws(StoreError) in
                if hashing.areEqual(row.blob(11) ?? [], hash) { verdict = AccessKey(row).verdict(now) }
            }
            return verdict
        }
    }

    package func standing(of key: ID<AccessKey>) async throws(StoreError) -> KeyVerdict {
        let now = now()
        return try await reader.run { (connection) throws(StoreError) in
            var verdict = KeyVerdict.unknown
            try connection.run(Self.keyByID, [.text(key.rawValue)]) { (row) throws(StoreError) in verdict = AccessKey(row).verdict(now) }
            return verdict
        }
    }

    package func create(_ request: AccessKeyRequest) async throws(StoreError) -> CreatedAccessKey {
        let text = Self.marker + Self.urlSafe(try Self.random(Self.randomByteCount, hashing))
        let hash = try hash(text)
        let newUser = ID<User>("user_" + Self.urlSafe(try Self.random(9, hashing)))
        let creditSeconds = request.creditSeconds.map { min(max($0, 0), AccessKey.maxCreditSeconds) }
        let key = AccessKey(
            id: ID("key_" + Self.urlSafe(try Self.random(9, hashing))), prefix: String(text.prefix(Self.prefixLength)), name: request.name,
            user: request.user ?? newUser, scopes: request.scopes, languages: request.languages, created: now(), expires: request.expires,
            credit: creditSeconds.map { .seconds($0) })
        let isFirst = try !marker.isThere()
        do throws(StoreError) {
            try await insert(key, hash: hash, creditSeconds: creditSeconds)
        } catch {
            if isFirst, await isSurelyEmpty() { marker.remove() }
            throw error
        }
        return CreatedAccessKey(key: key, text: text)
    }

    /// Returns false also when the store cannot be read.
    private func isSurelyEmpty() async -> Bool {
        do throws(StoreError) { return try await isEmpty() } catch { return false }
    }

    private func insert(_ key: AccessKey, hash: [UInt8], creditSeconds: Int64?) async throws(StoreError) {
        try await database.write { [marker] (connection) throws(StoreError) in
            // The end of the deletion would revoke the key.
            try UserPartition.refuseDeleted(key.user, on: connection)
            try connection.run(
                "INSERT INTO users (id, created_at) VALUES (?, ?) ON CONFLICT DO NOTHING",
                [.text(key.user.rawValue), .integer(key.created.milliseconds)])
            try connection.run(
                """
                INSERT INTO access_keys (id, hash, prefix, name, user, scopes, created_at, expires_at, credit_seconds, languages)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
                [
                    .text(key.id.rawValue), .blob(hash), .text(key.prefix), .text(key.name), .text(key.user.rawValue),
                    .text(key.scopes.joined(separator: " ")), .integer(key.created.milliseconds), .integer(key.expires?.milliseconds),
                    .integer(creditSeconds), .text(AllowedLanguages.text(of: key.languages)),
                ])
            // The marker is written within the transaction: a key never lacks its marker, and a marker is hardly ever without its key.
            try marker.write()
        }
    }

    /// Moves all changes from the database's log into its file. A lost log then loses no key, and restores no revoked key.
    package func bringToFile() async throws(StoreError) {
        try marker.bringToDisk()
        try await database.settle()
    }

    package func list() async throws(StoreError) -> [AccessKey] {
        try await database.read { (connection) throws(StoreError) in
            var keys: [AccessKey] = []
            try connection.run(Self.allKeys) { (row) throws(StoreError) in keys.append(AccessKey(row)) }
            return keys
        }
    }

    package func revoke(_ id: ID<AccessKey>) async throws(StoreError) -> Bool {
        let now = now()
        return try await database.write { (connection) throws(StoreError) in
            try connection.run(
                "UPDATE access_keys SET revoked_at = coalesce(revoked_at, ?) WHERE id = ?", [.integer(now.milliseconds), .text(id.rawValue)])
            return try connection.changedRows() == 1
        }
    }

    /// Returns what tells copies of the secret from other secrets, and tells nothing else of it.
    func fingerprint() throws(StoreError) -> [UInt8] { try hash("fingerprint") }

    private func hash(_ text: String) throws(StoreError) -> [UInt8] {
        let hash = hashing.authenticationCode(of: Array(text.utf8), secret: secret.bytes)
        guard !hash.isEmpty else { throw .cryptography("a key cannot be hashed") }
        return hash
    }

    private static func random(_ count: Int, _ hashing: any KeyHashing) throws(StoreError) -> [UInt8] {
        guard let bytes = hashing.randomBytes(count) else { throw .cryptography("the system has no random bytes") }
        return bytes
    }

    /// Base 64 in the URL alphabet, without padding.
    private static func urlSafe(_ bytes: [UInt8]) -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
        var text = ""
        var bits: UInt32 = 0
        var count = 0
        for byte in bytes {
            bits = bits << 8 | UInt32(byte)
            count += 8
            while count >= 6 {
                count -= 6
                text.append(alphabet[Int(bits >> UInt32(count) & 63)])
            }
        }
        if count > 0 { text.append(alphabet[Int(bits << UInt32(6 - count) & 63)]) }
        return text
    }
}

extension AccessKey {
    fileprivate func verdict(_ now: UnixTime) -> KeyVerdict {
        if revoked != nil { return .revoked }
        if let expires, expires <= now { return .expired }
        return .valid(AccessGrant(key: id, user: user, scopes: scopes, languages: languages, credit: credit))
    }

    fileprivate static let columns: StaticString =
        "id, prefix, name, user, scopes, created_at, expires_at, revoked_at, credit_seconds, credit_used, languages"

    /// Reads a row whose first columns are `columns`.
    fileprivate init(_ row: borrowing SQLRow) {
        id = ID(row.text(0) ?? "")
        prefix = row.text(1) ?? ""
        name = row.text(2)
        user = ID(row.text(3) ?? "")
        scopes = (row.text(4) ?? "").split(separator: " ").map(String.init)
        created = UnixTime(milliseconds: row.integer(5) ?? 0)
        expires = row.integer(6).map { UnixTime(milliseconds: $0) }
        revoked = row.integer(7).map { UnixTime(milliseconds: $0) }
        credit = Credit.remaining(given: row.integer(8), used: row.integer(9))
        languages = AllowedLanguages.list(row.text(10) ?? "")
    }
}

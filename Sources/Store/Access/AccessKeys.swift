package import Speech
import Synchronization

/// The installation's access keys.
///
/// `verify` asks the database each time, on a read connection of its own: a key that another process has made or revoked counts from the next
/// handshake on, and there is no cache to go stale. In WAL mode it never waits for a writer; calls from several loops take turns. The query costs
/// about 3 µs among 10,000 keys, and the hash is on top.
package final class AccessKeys: Sendable {
    /// What a key's text begins with.
    static let marker = "hk_"
    /// Random bytes in a key's text: 256 bits.
    static let randomByteCount = 32
    /// Characters of the text that lists show: enough to tell keys apart, too few to guess the rest.
    static let prefixLength = marker.count + 6
    /// No text longer than this is worth hashing.
    static let maximumTextLength = 256
    /// What a key may be given in all: 31,000 years of audio, and still exact in microseconds.
    package static let maxCreditSeconds: Int64 = 1_000_000_000_000

    let database: SQLiteDatabase
    private let hashing: any KeyHashing
    private let secret: InstallationSecret
    private let marker: KeysMarker
    let now: @Sendable () -> UnixTime
    private let lookUp: Mutex<LookUp>

    /// - Parameter now: the time of day, to judge expiry by.
    package init(in database: SQLiteDatabase, hashing: any KeyHashing, now: @escaping @Sendable () -> UnixTime) throws(StoreError) {
        let lookUp = try LookUp(on: database.makeReadConnection())
        let isEmpty = try lookUp.isEmpty()
        self.database = database
        self.hashing = hashing
        self.now = now
        self.lookUp = Mutex(lookUp)
        secret = try InstallationSecret(of: database.directory, mayCreate: isEmpty) { (count) throws(StoreError) in
            try Self.random(count, hashing)
        }
        marker = KeysMarker(of: database.directory)
        // Keys of an earlier version have no marker. Where it cannot be written, the next start does it: the keys are here now.
        if !isEmpty, try !marker.isThere() { try? marker.write() }
    }

    /// True until the first key is made. Revoked and expired keys count: taking the last key back must not open the gateway to everyone. A store
    /// that cannot be read counts as having keys.
    package func isEmpty() -> Bool {
        lookUp.withLock { lookUp in
            do throws(StoreError) { return try lookUp.isEmpty() } catch { return false }
        }
    }

    /// What `presented`, a key's text as a client sent it, is worth now.
    package func verify(_ presented: String) -> KeyVerdict {
        guard presented.hasPrefix(Self.marker), presented.utf8.count <= Self.maximumTextLength else { return .unknown }
        let hash: [UInt8]
        do throws(StoreError) { hash = try self.hash(presented) } catch { return .unavailable(error) }
        let now = now()
        return lookUp.withLock { lookUp in
            do throws(StoreError) {
                guard let found = try lookUp.key(hash), hashing.areEqual(found.hash, hash) else { return .unknown }
                return found.key.verdict(now)
            } catch {
                return .unavailable(error)
            }
        }
    }

    /// What a key is worth now whose text was verified before: for those who hold something that stands in for it.
    package func standing(of id: ID<AccessKey>) -> KeyVerdict {
        let now = now()
        return lookUp.withLock { lookUp in
            do throws(StoreError) { return try lookUp.key(id)?.verdict(now) ?? .unknown } catch { return .unavailable(error) }
        }
    }

    package func create(_ request: AccessKeyRequest) async throws(StoreError) -> CreatedAccessKey {
        let text = Self.marker + Self.urlSafe(try Self.random(Self.randomByteCount, hashing))
        let hash = try hash(text)
        let newUser = ID<User>("user_" + Self.urlSafe(try Self.random(9, hashing)))
        let creditSeconds = request.creditSeconds.map { min(max($0, 0), Self.maxCreditSeconds) }
        let key = AccessKey(
            id: ID("key_" + Self.urlSafe(try Self.random(9, hashing))), prefix: String(text.prefix(Self.prefixLength)), name: request.name,
            user: request.user ?? newUser, scopes: request.scopes, created: now(), expires: request.expires,
            credit: creditSeconds.map { .seconds($0) })
        let isFirst = try !marker.isThere()
        do throws(StoreError) {
            try await insert(key, hash: hash, creditSeconds: creditSeconds)
        } catch {
            if isFirst, isEmpty() { marker.remove() }
            throw error
        }
        return CreatedAccessKey(key: key, text: text)
    }

    private func insert(_ key: AccessKey, hash: [UInt8], creditSeconds: Int64?) async throws(StoreError) {
        try await database.write { [marker] (connection) throws(StoreError) in
            try connection.run(
                "INSERT INTO users (id, created_at) VALUES (?, ?) ON CONFLICT DO NOTHING",
                [.text(key.user.rawValue), .integer(key.created.milliseconds)])
            try connection.run(
                """
                INSERT INTO access_keys (id, hash, prefix, name, user, scopes, created_at, expires_at, credit_seconds)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
                [
                    .text(key.id.rawValue), .blob(hash), .text(key.prefix), .text(key.name), .text(key.user.rawValue),
                    .text(key.scopes.joined(separator: " ")), .integer(key.created.milliseconds), .integer(key.expires?.milliseconds),
                    .integer(creditSeconds),
                ])
            // Within the transaction: there is never a key without the marker, and hardly ever a marker that waits for its key.
            try marker.write()
        }
    }

    /// Brings all that was changed from the database's log into its file: a log that is lost then takes no key with it, and gives none back that was
    /// revoked.
    ///
    /// - Throws: `busy` when another process reads for so long; then the log still has the changes.
    package func bringToFile() async throws(StoreError) {
        try marker.bringToDisk()
        try await database.emptyLog()
    }

    /// All keys, the oldest first, revoked ones too.
    package func list() async throws(StoreError) -> [AccessKey] {
        try await database.read { (connection) throws(StoreError) in
            var keys: [AccessKey] = []
            try connection.run(
                """
                SELECT id, prefix, name, user, scopes, created_at, expires_at, revoked_at, credit_seconds, credit_used FROM access_keys ORDER BY created_at, id
                """
            ) { (row) throws(StoreError) in keys.append(AccessKey(row)) }
            return keys
        }
    }

    /// Takes a key back. Revoking it again changes nothing.
    ///
    /// - Returns: false when there is no such key.
    package func revoke(_ id: ID<AccessKey>) async throws(StoreError) -> Bool {
        let now = now()
        return try await database.write { (connection) throws(StoreError) in
            try connection.run(
                "UPDATE access_keys SET revoked_at = coalesce(revoked_at, ?) WHERE id = ?", [.integer(now.milliseconds), .text(id.rawValue)])
            return connection.changedRows() == 1
        }
    }

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

/// The questions of a handshake, prepared once.
private struct LookUp: ~Copyable {
    private let any: SQLiteStatement
    private let byHash: SQLiteStatement
    private let byID: SQLiteStatement
    private let connection: SQLiteConnection

    init(on connection: consuming SQLiteConnection) throws(StoreError) {
        let any = try connection.prepare("SELECT 1 FROM access_keys LIMIT 1")
        let byHash = try connection.prepare(
            """
            SELECT id, prefix, name, user, scopes, created_at, expires_at, revoked_at, credit_seconds, credit_used, hash FROM access_keys WHERE hash = ?
            """)
        let byID = try connection.prepare(
            """
            SELECT id, prefix, name, user, scopes, created_at, expires_at, revoked_at, credit_seconds, credit_used FROM access_keys WHERE id = ?
            """)
        self.any = any
        self.byID = byID
        self.byHash = byHash
        self.connection = connection
    }

    func isEmpty() throws(StoreError) -> Bool {
        var isEmpty = true
        try any.run { (_) throws(StoreError) in isEmpty = false }
        return isEmpty
    }

    func key(_ hash: [UInt8]) throws(StoreError) -> (key: AccessKey, hash: [UInt8])? {
        var found: (key: AccessKey, hash: [UInt8])?
        try byHash.run([.blob(hash)]) { (row) throws(StoreError) in found = (AccessKey(row), row.blob(10) ?? []) }
        return found
    }

    func key(_ id: ID<AccessKey>) throws(StoreError) -> AccessKey? {
        var found: AccessKey?
        try byID.run([.text(id.rawValue)]) { (row) throws(StoreError) in found = AccessKey(row) }
        return found
    }
}

extension AccessKey {
    fileprivate func verdict(_ now: UnixTime) -> KeyVerdict {
        if revoked != nil { return .revoked }
        if let expires, expires <= now { return .expired }
        return .valid(AccessGrant(key: id, user: user, scopes: scopes, credit: credit))
    }

    /// A row of the columns id, prefix, name, user, scopes, created_at, expires_at, revoked_at, credit_seconds, credit_used.
    fileprivate init(_ row: borrowing SQLiteRow) {
        id = ID(row.text(0) ?? "")
        prefix = row.text(1) ?? ""
        name = row.text(2)
        user = ID(row.text(3) ?? "")
        scopes = (row.text(4) ?? "").split(separator: " ").map(String.init)
        created = UnixTime(milliseconds: row.integer(5) ?? 0)
        expires = row.integer(6).map { UnixTime(milliseconds: $0) }
        revoked = row.integer(7).map { UnixTime(milliseconds: $0) }
        credit = Credit.remaining(given: row.integer(8), used: row.integer(9))
    }
}

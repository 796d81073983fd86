package import Speech

/// A recording that a user sent to be recognised later. The file is elsewhere; this says whose it is.
package struct Upload: Sendable, Equatable {
    package var id: ID<Upload>
    package var user: ID<User>
    package var byteCount: Int
    package var created: UnixTime

    package init(id: ID<Upload>, user: ID<User>, byteCount: Int, created: UnixTime) {
        self.id = id
        self.user = user
        self.byteCount = byteCount
        self.created = created
    }
}

/// What users have uploaded and nobody has taken away yet.
package final class Uploads: Sendable {
    private let database: SQLiteDatabase

    package init(in database: SQLiteDatabase) { self.database = database }

    /// The answer to an upload that was to be added.
    package enum Addition: Sendable, Equatable {
        case added
        /// All uploads together have no room for it.
        case full
        /// Its user's uploads have no room for it.
        case userFull
    }

    /// - Parameters:
    ///   - most: bytes that all uploads together may have.
    ///   - userMost: bytes that one user's uploads may have; nil: no limit of their own.
    package func add(_ upload: Upload, most: Int, userMost: Int? = nil) async throws(StoreError) -> Addition {
        try await database.write { (connection) throws(StoreError) in
            var held: Int64 = 0
            try connection.run("SELECT coalesce(sum(byte_count), 0) FROM uploads") { (row) throws(StoreError) in held = row.integer(0) ?? 0 }
            guard Int(held) + upload.byteCount <= most else { return .full }
            if let userMost {
                var own: Int64 = 0
                try connection.run(
                    "SELECT coalesce(sum(byte_count), 0) FROM uploads WHERE user = ?", [.text(upload.user.rawValue)]
                ) { (row) throws(StoreError) in own = row.integer(0) ?? 0 }
                guard Int(own) + upload.byteCount <= userMost else { return .userFull }
            }
            try connection.run(
                "INSERT INTO uploads (id, user, byte_count, created_at) VALUES (?, ?, ?, ?)",
                [
                    .text(upload.id.rawValue), .text(upload.user.rawValue), .integer(Int64(upload.byteCount)),
                    .integer(upload.created.milliseconds),
                ])
            return .added
        }
    }

    /// Whether the user has uploaded something of this name.
    package func has(_ id: ID<Upload>, of user: ID<User>) async throws(StoreError) -> Bool {
        try await database.read { (connection) throws(StoreError) in
            var found = false
            try connection.run(
                "SELECT 1 FROM uploads WHERE id = ? AND user = ?", [.text(id.rawValue), .text(user.rawValue)]
            ) { (_) throws(StoreError) in found = true }
            return found
        }
    }

    /// Takes away a user's upload, unless a job waits for it.
    ///
    /// - Returns: whether the file is to be deleted.
    package func remove(_ id: ID<Upload>, of user: ID<User>) async throws(StoreError) -> Bool {
        try await database.write { (connection) throws(StoreError) in
            try connection.run(
                """
                DELETE FROM uploads WHERE id = ?1 AND user = ?2
                AND NOT EXISTS (SELECT 1 FROM jobs WHERE instr(audio, ?1) > 0 AND status IN ('queued', 'processing'))
                """, [.text(id.rawValue), .text(user.rawValue)])
            return connection.changedRows() == 1
        }
    }

    /// Takes away what is older than `time` and no job waits for.
    package func expire(before time: UnixTime) async throws(StoreError) {
        try await database.write { (connection) throws(StoreError) in
            try connection.run(
                """
                DELETE FROM uploads WHERE created_at < ?
                AND NOT EXISTS (SELECT 1 FROM jobs WHERE instr(audio, uploads.id) > 0 AND status IN ('queued', 'processing'))
                """, [.integer(time.milliseconds)])
        }
    }

    /// The names of all uploads.
    package func all() async throws(StoreError) -> Set<String> {
        try await database.read { (connection) throws(StoreError) in
            var names: Set<String> = []
            try connection.run("SELECT id FROM uploads") { (row) throws(StoreError) in names.insert(row.text(0) ?? "") }
            return names
        }
    }
}

package import Speech

/// The register of uploads in one SQLite file.
package final class SQLUploadStore: UploadStore {
    private let database: any SQLDatabase
    private let startErasing: @Sendable () -> Void

    /// - Parameter startErasing: called when a file that its user named was deleted, to erase the name from the disk soon.
    package init(in database: any SQLDatabase, startErasing: @escaping @Sendable () -> Void = {}) {
        self.database = database
        self.startErasing = startErasing
    }

    package func add(_ upload: Upload, most: Int, userMost: Int?) async throws(StoreError) -> Upload.Addition {
        try await database.write { (connection) throws(StoreError) in
            try UserPartition.refuseDeleted(upload.user, on: connection)
            var held: Int64 = 0
            try connection.run("SELECT CAST(coalesce(sum(byte_count), 0) AS BIGINT) FROM uploads") { (row) throws(StoreError) in
                held = row.integer(0) ?? 0
            }
            guard Int(held) + upload.byteCount <= most else { return .full }
            if let userMost {
                var own: Int64 = 0
                try connection.run(
                    "SELECT CAST(coalesce(sum(byte_count), 0) AS BIGINT) FROM uploads WHERE user = ?", [.text(upload.user.rawValue)]
                ) { (row) throws(StoreError) in own = row.integer(0) ?? 0 }
                guard Int(own) + upload.byteCount <= userMost else { return .userFull }
            }
            if upload.name != nil {
                guard try Self.countFiles(of: upload.user, on: connection) < Upload.maxFiles else { return .tooManyFiles }
            }
            try connection.run(
                "INSERT INTO uploads (id, user, byte_count, created_at, name, reference) VALUES (?, ?, ?, ?, ?, ?)",
                [
                    .text(upload.id.rawValue), .text(upload.user.rawValue), .integer(Int64(upload.byteCount)),
                    .integer(upload.created.milliseconds), .text(upload.name), .text(upload.reference),
                ])
            return .added
        }
    }

    package func has(_ id: ID<Upload>, of user: ID<User>) async throws(StoreError) -> Bool {
        try await database.read(for: user) { (connection) throws(StoreError) in
            var found = false
            try connection.run(
                "SELECT 1 FROM uploads WHERE id = ? AND user = ?", [.text(id.rawValue), .text(user.rawValue)]
            ) { (_) throws(StoreError) in found = true }
            return found
        }
    }

    package func remove(_ id: ID<Upload>, of user: ID<User>) async throws(StoreError) -> Bool {
        let removed = try await database.delete { (connection) throws(StoreError) -> (isThere: Bool, isNamed: Bool) in
            var isThere = false, isNamed = false
            try connection.run(
                """
                DELETE FROM uploads WHERE id = ?1 AND user = ?2
                AND NOT EXISTS (SELECT 1 FROM jobs WHERE instr(audio, ?1) > 0 AND status IN ('queued', 'processing'))
                RETURNING name
                """, [.text(id.rawValue), .text(user.rawValue)]
            ) { (row) throws(StoreError) in (isThere, isNamed) = (true, row.text(0) != nil) }
            // Only files with names are deleted by their users. The others go by themselves, when nobody needs them any more.
            if isNamed { try SQLConversationStore.noteErasure(of: .rows, on: connection) }
            return (isThere, isNamed)
        }
        if removed.isNamed { startErasing() }
        return removed.isThere
    }

    package func expire(before time: UnixTime, files: UnixTime) async throws(StoreError) -> Set<String> {
        try await database.delete { (connection) throws(StoreError) in
            var removed: Set<String> = []
            try connection.run(
                """
                DELETE FROM uploads WHERE (name IS NULL AND created_at < ?1 OR name IS NOT NULL AND created_at < ?2)
                AND NOT EXISTS (SELECT 1 FROM jobs WHERE instr(audio, uploads.id) > 0 AND status IN ('queued', 'processing'))
                RETURNING id, name
                """, [.integer(time.milliseconds), .integer(files.milliseconds)]
            ) { (row) throws(StoreError) in if row.text(1) != nil { removed.insert(row.text(0) ?? "") } }
            return removed
        }
    }

    // MARK: Files

    package func file(_ id: ID<Upload>, of user: ID<User>) async throws(StoreError) -> Upload? {
        try await database.read(for: user) { (connection) throws(StoreError) in
            var found: Upload?
            try connection.run(
                "SELECT id, user, byte_count, created_at, name, reference FROM uploads WHERE id = ? AND user = ? AND name IS NOT NULL",
                [.text(id.rawValue), .text(user.rawValue)]
            ) { (row) throws(StoreError) in found = Upload(row) }
            return found
        }
    }

    package func files(of user: ID<User>, limit: Int, after: Upload.Place?) async throws(StoreError) -> [Upload] {
        try await database.read(for: user) { (connection) throws(StoreError) in
            var files: [Upload] = []
            try connection.run(
                """
                SELECT id, user, byte_count, created_at, name, reference FROM uploads
                WHERE user = ?1 AND name IS NOT NULL AND (created_at < ?2 OR created_at = ?2 AND id < ?3)
                ORDER BY created_at DESC, id DESC LIMIT ?4
                """,
                [
                    .text(user.rawValue), .integer(after?.created.milliseconds ?? .max), .text(after?.id.rawValue ?? ""), .integer(Int64(limit)),
                ]
            ) { (row) throws(StoreError) in files.append(Upload(row)) }
            return files
        }
    }

    package func countFiles(of user: ID<User>) async throws(StoreError) -> Int {
        try await database.read(for: user) { (connection) throws(StoreError) in try Self.countFiles(of: user, on: connection) }
    }

    private static func countFiles(of user: ID<User>, on connection: borrowing SQLConnection) throws(StoreError) -> Int {
        Int(try connection.integer("SELECT count(*) FROM uploads WHERE user = ? AND name IS NOT NULL", [.text(user.rawValue)]) ?? 0)
    }

    package func all() async throws(StoreError) -> Set<String> {
        try await database.read { (connection) throws(StoreError) in
            var names: Set<String> = []
            try connection.run("SELECT id FROM uploads") { (row) throws(StoreError) in names.insert(row.text(0) ?? "") }
            return names
        }
    }
}

extension Upload {
    /// Reads a row of the columns id, user, byte_count, created_at, name, reference.
    fileprivate init(_ row: borrowing SQLRow) {
        self.init(
            id: ID(row.text(0) ?? ""), user: ID(row.text(1) ?? ""), byteCount: Int(row.integer(2) ?? 0),
            created: UnixTime(milliseconds: row.integer(3) ?? 0), name: row.text(4), reference: row.text(5))
    }
}

package import Speech

/// The register of uploads in one SQLite file.
package final class SQLUploadStore: UploadStore {
    private let database: any SQLDatabase

    package init(in database: any SQLDatabase) { self.database = database }

    package func add(_ upload: Upload, most: Int, userMost: Int?) async throws(StoreError) -> Upload.Addition {
        try await database.write { (connection) throws(StoreError) in
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
            try connection.run(
                "INSERT INTO uploads (id, user, byte_count, created_at) VALUES (?, ?, ?, ?)",
                [
                    .text(upload.id.rawValue), .text(upload.user.rawValue), .integer(Int64(upload.byteCount)),
                    .integer(upload.created.milliseconds),
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
        try await database.delete { (connection) throws(StoreError) in
            try connection.run(
                """
                DELETE FROM uploads WHERE id = ?1 AND user = ?2
                AND NOT EXISTS (SELECT 1 FROM jobs WHERE instr(audio, ?1) > 0 AND status IN ('queued', 'processing'))
                """, [.text(id.rawValue), .text(user.rawValue)])
            return try connection.changedRows() == 1
        }
    }

    package func expire(before time: UnixTime) async throws(StoreError) {
        try await database.delete { (connection) throws(StoreError) in
            try connection.run(
                """
                DELETE FROM uploads WHERE created_at < ?
                AND NOT EXISTS (SELECT 1 FROM jobs WHERE instr(audio, uploads.id) > 0 AND status IN ('queued', 'processing'))
                """, [.integer(time.milliseconds)])
        }
    }

    package func all() async throws(StoreError) -> Set<String> {
        try await database.read { (connection) throws(StoreError) in
            var names: Set<String> = []
            try connection.run("SELECT id FROM uploads") { (row) throws(StoreError) in names.insert(row.text(0) ?? "") }
            return names
        }
    }
}

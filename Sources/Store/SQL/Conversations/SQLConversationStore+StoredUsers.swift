package import Speech

extension SQLConversationStore {
    package func users(after last: ID<User>?, limit: Int) async throws(StoreError) -> [StoredUser] {
        let names = try await database.read { (connection) throws(StoreError) in
            var names: [ID<User>] = []
            try connection.run(
                """
                SELECT id FROM users WHERE id > ?1 AND id <> ?2 AND id NOT IN (SELECT d.user FROM deleted_users d)
                UNION SELECT user FROM archives WHERE user > ?1 AND user <> ?2 AND user NOT IN (SELECT d.user FROM deleted_users d)
                ORDER BY id LIMIT ?3
                """,
                [.text(last?.rawValue ?? ""), .text(ID<User>.deleted.rawValue), .integer(min(max(1, limit), ConversationLimits.page))]
            ) { (row) throws(StoreError) in names.append(ID(row.text(0) ?? "")) }
            return names
        }
        var users: [StoredUser] = []
        for name in names {
            let amounts = try await read(name) { (archive, connection) throws(StoreError) -> StoredUser? in
                try Self.amounts(of: name, archive, on: connection)
            }
            users.append(amounts ?? StoredUser(name))
        }
        return users
    }

    private static func amounts(
        of user: ID<User>, _ archive: UserPartition, on connection: borrowing SQLConnection
    ) throws(StoreError) -> StoredUser {
        var found = StoredUser(user)
        try connection.run("SELECT count(*), max(started_at) FROM conversations WHERE archive = ?", [.integer(archive.number)]) {
            (row) throws(StoreError) in
            found.conversations = Int(row.integer(0) ?? 0)
            if found.conversations > 0 { found.lastConversation = row.time(1) }
        }
        found.audioBytes =
            try connection.integer(
                """
                SELECT CAST(coalesce(sum(a.byte_count), 0) AS BIGINT) FROM conversations c CROSS JOIN conversation_audio a
                WHERE c.archive = ? AND a.conversation = c.number
                """, [.integer(archive.number)]) ?? 0
        return found
    }
}

package import Speech

extension SQLConversationStore {
    package func usersWithAudio(before time: UnixTime) async throws(StoreError) -> [ID<User>] {
        try await database.read { (connection) throws(StoreError) in
            var users: [ID<User>] = []
            try connection.run(
                """
                SELECT user FROM archives WHERE number IN (
                    SELECT archive FROM conversations WHERE number IN (SELECT conversation FROM conversation_audio WHERE created_at < ?))
                """, [.time(time)]
            ) { (row) throws(StoreError) in users.append(ID(row.text(0) ?? "")) }
            return users
        }
    }
}

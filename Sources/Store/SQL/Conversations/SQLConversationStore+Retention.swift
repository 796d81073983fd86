package import Speech

extension SQLConversationStore {
    package func usersWithAudio(before time: UnixTime) async throws(StoreError) -> [ID<User>] {
        try await database.read { (connection) throws(StoreError) in
            var users: [ID<User>] = []
            try connection.run(
                """
                SELECT user FROM archives WHERE number IN (
                    SELECT archive FROM conversations WHERE number IN (SELECT conversation FROM conversation_audio WHERE created_at < ?1))
                OR number IN (SELECT archive FROM deleted_conversations WHERE number IN (SELECT deletion FROM deleted_audio WHERE created_at < ?1))
                """, [.time(time)]
            ) { (row) throws(StoreError) in users.append(ID(row.text(0) ?? "")) }
            return users
        }
    }
}

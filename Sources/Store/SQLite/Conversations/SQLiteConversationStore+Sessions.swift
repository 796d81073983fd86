import Conversations
package import Speech

extension SQLiteConversationStore {
    package func join(_ part: SessionPart, of user: ID<User>) async throws(StoreError) -> Bool {
        try ConversationLimits.check(part.session.rawValue, "a session's id", most: ConversationLimits.identifier)
        let done = try await change(user) { (archive, connection) throws(StoreError) in
            guard let number = try archive.conversation(part.conversation, on: connection) else { return false }
            try connection.run(
                """
                INSERT INTO session_parts (session, conversation, begins, shift) VALUES (?, ?, ?, ?)
                ON CONFLICT (session, conversation) DO UPDATE SET begins = excluded.begins, shift = excluded.shift
                """,
                [
                    .text(part.session.rawValue), .integer(number), .duration(part.begins), .integer(part.shift?.storedNanoseconds),
                ])
            return true
        }
        return done ?? false
    }

    package func parts(of session: ID<Session>, of user: ID<User>) async throws(StoreError) -> [SessionPart] {
        try await read(user) { (archive, connection) throws(StoreError) in
            var parts: [SessionPart] = []
            try connection.run(
                """
                SELECT c.id, p.begins, p.shift FROM session_parts p JOIN conversations c ON c.number = p.conversation
                WHERE p.session = ? AND c.archive = ? ORDER BY p.begins, c.number
                """, [.text(session.rawValue), .integer(archive.number)]
            ) { (row) throws(StoreError) in
                parts.append(
                    SessionPart(
                        session: session, conversation: ID(row.text(0) ?? ""), begins: row.duration(1),
                        shift: row.integer(2).map { .nanoseconds($0) }))
            }
            return parts
        } ?? []
    }
}

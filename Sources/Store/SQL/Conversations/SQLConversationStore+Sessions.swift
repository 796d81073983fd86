package import Conversations
package import Speech

extension SQLConversationStore {
    package func join(_ part: SessionPart, of user: ID<User>) async throws(StoreError) -> Bool {
        try ConversationLimits.check(part.session.rawValue, "a session's id", most: ConversationLimits.identifier)
        let done = try await change(user) { (archive, connection) throws(StoreError) in
            guard let number = try archive.conversation(part.conversation, on: connection) else { return false }
            try connection.run(
                "DELETE FROM session_parts WHERE session = ? AND conversation = ?", [.text(part.session.rawValue), .integer(number)])
            // Speech that was to be forgotten to the session's end is forgotten only up to this part, where the session begins to speak in another
            // conversation.
            try connection.run(
                "UPDATE forgotten_speech SET ends = ?2 WHERE session = ?1 AND ends IS NULL AND begins <= ?2",
                [.text(part.session.rawValue), .duration(part.begins)])
            try connection.run(
                "INSERT INTO session_parts (session, conversation, begins, shift) VALUES (?, ?, ?, ?)",
                [
                    .text(part.session.rawValue), .integer(number), .duration(part.begins), .duration(part.shift),
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

    package func sessions(in conversation: ID<Conversation>, of user: ID<User>) async throws(StoreError) -> [SessionSpan] {
        try await read(user) { (archive, connection) throws(StoreError) -> [SessionSpan]? in
            guard let number = try archive.conversation(conversation, on: connection) else { return nil }
            return try Self.parts(of: number, on: connection).map { part in
                SessionSpan(
                    session: ID(part.session), begins: .nanoseconds(part.begins), ends: part.ends.map { .nanoseconds($0) },
                    shift: part.shift.map { .nanoseconds($0) })
            }
        } ?? []
    }

    // MARK: What is forgotten

    package func forgottenSpeech(of session: ID<Session>?) async throws(StoreError) -> [ForgottenSpeech] {
        try await database.read { (connection) throws(StoreError) in
            var found: [ForgottenSpeech] = []
            try connection.run(
                "SELECT session, channel, begins, ends, deletion FROM forgotten_speech WHERE ?1 IS NULL OR session = ?1 ORDER BY number",
                [.text(session?.rawValue)]
            ) { (row) throws(StoreError) in
                found.append(
                    ForgottenSpeech(
                        session: ID(row.text(0) ?? ""), channel: row.integer(1).map { ChannelIndex(Int($0)) }, begins: row.duration(2),
                        ends: row.integer(3).map { .nanoseconds($0) }, mayComeBack: row.integer(4) != nil))
            }
            return found
        }
    }

    package func pruneForgottenSpeech(before time: UnixTime) async throws(StoreError) {
        try await database.write { (connection) throws(StoreError) in
            try connection.run("DELETE FROM forgotten_speech WHERE noted_at < ? AND deletion IS NULL", [.time(time)])
        }
    }

    /// A part of a session, with the beginning of the session's next part.
    private struct PartBounds {
        var session: String
        var begins: Int64
        var ends: Int64?
        var shift: Int64?
    }

    private static func parts(of conversation: Int64, on connection: borrowing SQLConnection) throws(StoreError) -> [PartBounds] {
        var parts: [PartBounds] = []
        try connection.run(
            """
            SELECT p.session, p.begins, p.shift, (SELECT min(n.begins) FROM session_parts n WHERE n.session = p.session
            AND (n.begins > p.begins OR n.begins = p.begins AND n.conversation > p.conversation))
            FROM session_parts p WHERE p.conversation = ? ORDER BY p.session, p.begins
            """, [.integer(conversation)]
        ) { (row) throws(StoreError) in
            parts.append(PartBounds(session: row.text(0) ?? "", begins: row.integer(1) ?? 0, ends: row.integer(3), shift: row.integer(2)))
        }
        return parts
    }

    /// Records that the words that sessions said in a conversation must be forgotten.
    ///
    /// - Parameter deletion: the deletion until whose restoring they are forgotten; nil: for good.
    static func forgetSpeech(
        in conversation: Int64, until deletion: Int64? = nil, now: UnixTime, on connection: borrowing SQLConnection
    ) throws(StoreError) {
        for part in try parts(of: conversation, on: connection) where part.ends != part.begins {
            try forget(part, in: nil, until: deletion, now, on: connection)
        }
    }

    /// Records that the words of a segment must be forgotten.
    static func forgetSpeech(
        of segment: Segment, in conversation: Int64, now: UnixTime, on connection: borrowing SQLConnection
    ) throws(StoreError) {
        try forgetSpeech(segment.start..<max(segment.start, segment.end), segment.channel, in: conversation, now: now, on: connection)
    }

    /// Records that the words of a time must be forgotten.
    ///
    /// - Parameter channel: channel of the words; nil for all channels.
    static func forgetSpeech(
        _ range: Range<Duration>, _ channel: ChannelIndex?, in conversation: Int64, now: UnixTime, on connection: borrowing SQLConnection
    ) throws(StoreError) {
        for part in try parts(of: conversation, on: connection) {
            guard let shift = part.shift else { continue }
            var said = part
            said.begins = max(part.begins, range.lowerBound.wholeNanoseconds - shift)
            said.ends = min(part.ends ?? .max, range.upperBound.wholeNanoseconds - shift)
            if said.begins < said.ends ?? 0 { try forget(said, in: channel, now, on: connection) }
        }
    }

    private static func forget(
        _ part: PartBounds, in channel: ChannelIndex?, until deletion: Int64? = nil, _ now: UnixTime, on connection: borrowing SQLConnection
    ) throws(StoreError) {
        try connection.run(
            "INSERT INTO forgotten_speech (session, channel, begins, ends, noted_at, deletion) VALUES (?, ?, ?, ?, ?, ?)",
            [
                .text(part.session), .integer(channel.map { Int64($0.number) }), .integer(part.begins), .integer(part.ends), .time(now),
                .integer(deletion),
            ])
    }

    /// Moves the sessions' parts from `boundary` of a conversation on to another conversation.
    static func splitSpeech(
        of conversation: Int64, at boundary: Int64, into other: Int64, on connection: borrowing SQLConnection
    ) throws(StoreError) {
        for part in try parts(of: conversation, on: connection) {
            guard let shift = part.shift else { continue }
            let place = boundary - shift
            if place <= part.begins {
                try connection.run(
                    "UPDATE session_parts SET conversation = ? WHERE session = ? AND conversation = ? AND begins = ?",
                    [.integer(other), .text(part.session), .integer(conversation), .integer(part.begins)])
            } else if part.ends.map({ place < $0 }) ?? true {
                try connection.run(
                    "INSERT INTO session_parts (session, conversation, begins, shift) VALUES (?, ?, ?, ?)",
                    [.text(part.session), .integer(other), .integer(place), .integer(shift)])
            }
        }
    }
}

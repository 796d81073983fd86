package import Conversations
package import Speech

extension SQLConversationStore {
    package func begin(_ conversation: Conversation) async throws(StoreError) -> Bool {
        try ConversationLimits.check(conversation)
        let now = now()
        return try await database.write(.user(conversation.user)) { [words = database.words] (connection) throws(StoreError) in
            let archive = try UserPartition.findOrMake(conversation.user, on: connection)
            guard try Self.insert(conversation, in: archive, now: now, on: connection) else { return false }
            if let number = try archive.conversation(conversation.id, on: connection) {
                try SegmentWriting(words, archive, conversation: number, on: connection).write(conversation.segments, on: connection)
            }
            return true
        }
    }

    /// Inserts a conversation without its segments. Returns false when there is one with this id.
    static func insert(
        _ conversation: Conversation, in archive: UserPartition, now: UnixTime, on connection: borrowing SQLConnection
    ) throws(StoreError) -> Bool {
        try connection.run(
            """
            INSERT INTO conversations
            (archive, id, status, since, source, device, language, title, summary, started_at, finished_at, reason, call, timeout, findings)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (archive, id) DO NOTHING
            """,
            [
                .integer(archive.number), .text(conversation.id.rawValue), .text(conversation.status.rawValue), .time(now),
                .text(conversation.source), .text(conversation.device), .text(conversation.language?.rawValue), .text(conversation.title),
                .text(conversation.summary), .time(conversation.started), .time(conversation.finished), .text(conversation.finalizationReason),
                .text(conversation.call),
                .duration(conversation.timeout), .text(conversation.findings?.stored),
            ])
        return try connection.changedRows() == 1
    }

    package func write(_ update: ConversationUpdate, of user: ID<User>) async throws(StoreError) -> Bool {
        try ConversationLimits.check(update.title, "a title", most: ConversationLimits.title)
        try ConversationLimits.check(update.summary, "a summary", most: ConversationLimits.summary)
        try ConversationLimits.check(update.finalizationReason, "a reason", most: ConversationLimits.title)
        try ConversationLimits.check(update.language?.rawValue, "a language's name", most: ConversationLimits.identifier)
        let now = now()
        let done = try await change(user) { [words = database.words] (archive, connection) throws(StoreError) in
            if let part = update.part, connection.isRemote { try Self.checkOwner(of: part, on: connection) }
            guard let number = try archive.conversation(update.conversation, on: connection) else { return false }
            if update.isLive, try Self.status(of: number, on: connection) != .inProgress { return false }
            if let delivery = update.delivery, update.status == .completed, try Self.status(of: number, on: connection) != .completed {
                try ConversationLimits.check(delivery)
                try Self.insert(
                    WebhookDelivery(id: delivery, user: user, conversation: update.conversation), of: number, in: archive, due: now, on: connection)
            }
            let earlier = (update.movesBack / .milliseconds(1)).rounded(.up)
            if earlier > 0 {
                try Self.shift(number, by: Int64(earlier), on: connection)
                try Self.dropWindows(of: number, on: connection)
                try connection.run(
                    "UPDATE conversations SET started_at = started_at - ? WHERE number = ?", [.integer(Int64(earlier)), .integer(number)])
            }
            if let part = update.placed {
                try connection.run(
                    "UPDATE session_parts SET shift = ? WHERE session = ? AND conversation = ? AND begins = ? AND shift IS NULL",
                    [.duration(part.shift), .text(part.session.rawValue), .integer(number), .duration(part.begins)])
            }
            let title = update.isTitledByHand ? update.title.map(NameKey.trimmed) : update.title
            let segments = try SegmentWriting(words, archive, conversation: number, on: connection)
            try segments.remove(update.removed, on: connection)
            try segments.write(update.changed, on: connection)
            try connection.run(
                """
                UPDATE conversations SET status = coalesce(?2, status), since = CASE WHEN ?2 IS NULL OR ?2 = status THEN since ELSE ?3 END,
                started_at = coalesce(?4, started_at), finished_at = coalesce(?5, finished_at), language = coalesce(?6, language),
                title = iif(is_titled AND NOT ?11, title, coalesce(?7, title)), summary = coalesce(?8, summary), reason = coalesce(?9, reason),
                windows_model = iif(?10, NULL, windows_model), is_titled = iif(?11, TRUE, is_titled), findings = coalesce(?12, findings) WHERE number = ?1
                """,
                [
                    .integer(number), .text(update.status?.rawValue), .time(now), .time(update.started), .time(update.finished),
                    .text(update.language?.rawValue), .text(title), .text(update.summary), .text(update.finalizationReason),
                    .flag(!update.changed.isEmpty || !update.removed.isEmpty), .flag(update.isTitledByHand),
                    .text(update.findings?.stored),
                ])
            if update.isTitledByHand, title?.isEmpty == true { try Self.titleAgain(number, on: connection) }
            return true
        }
        return done ?? false
    }

    /// Locks the session's row until the end of the transaction, so that no other gateway takes the session over meanwhile.
    private static func checkOwner(of part: ID<Session>, on connection: borrowing SQLConnection) throws(StoreError) {
        var isOwn = false
        try connection.run(
            "SELECT 1 FROM live_sessions WHERE part = ? AND replica = this_replica() FOR SHARE", [.text(part.rawValue)]
        ) { (_) throws(StoreError) in isOwn = true }
        guard isOwn else { throw .conflict("another gateway has taken over the session") }
    }

    package func status(of conversation: ID<Conversation>, of user: ID<User>) async throws(StoreError) -> Conversation.Status? {
        try await read(user) { (archive, connection) throws(StoreError) in
            guard let number = try archive.conversation(conversation, on: connection) else { return nil }
            return try Self.status(of: number, on: connection)
        }
    }

    private static func status(of number: Int64, on connection: borrowing SQLConnection) throws(StoreError) -> Conversation.Status? {
        var status: Conversation.Status?
        try connection.run("SELECT status FROM conversations WHERE number = ?", [.integer(number)]) { (row) throws(StoreError) in
            status = row.text(0).flatMap(Conversation.Status.init(rawValue:))
        }
        return status
    }
}

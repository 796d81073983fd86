import Conversations
import Framing
package import Speech

extension SQLConversationStore {
    // MARK: - Claims

    package func claimDelivery(
        dueBy now: UnixTime, until: UnixTime, except: Set<WebhookQueue>, onlyUntried: Bool
    ) async throws(StoreError) -> WebhookDelivery? {
        // Usually no delivery is due, and a read delays no writer.
        let isDue = try await database.read { (connection) throws(StoreError) in
            var isDue = false
            try connection.run(Self.dueQueues, [.time(now)]) { (_) throws(StoreError) in isDue = true }
            return isDue
        }
        guard isDue else { return nil }
        var queues = JSONWriter()
        queues.array(except.map { $0.content.rawValue + ":" + $0.user.rawValue })
        let list = queues.text
        return try await database.write(.readCommitted) { (connection) throws(StoreError) in
            var delivery: WebhookDelivery?
            try connection.run(
                connection.locksRows ? Self.claimingUnlockedDelivery : Self.claimingDelivery,
                [.time(now), .time(until), .text(list), .flag(onlyUntried)]
            ) { (row) throws(StoreError) in
                delivery = Self.delivery(row, of: ID(row.text(6) ?? ""))
            }
            return delivery
        }
    }

    /// The first waiting delivery of each queue. The steps of the recursion go from queue to queue, however many deliveries wait in each.
    private static let queueHeads: StaticString = """
        WITH RECURSIVE heads (number, archive, content) AS (
            SELECT w.number, w.archive, w.content FROM webhook_deliveries w WHERE w.number = (
                SELECT n.number FROM webhook_deliveries n WHERE n.given_up_at IS NULL ORDER BY n.archive, n.content, n.number LIMIT 1)
            UNION ALL
            SELECT w.number, w.archive, w.content FROM heads JOIN webhook_deliveries w ON w.number = (
                SELECT n.number FROM webhook_deliveries n
                WHERE n.given_up_at IS NULL AND (n.archive, n.content) > (heads.archive, heads.content)
                ORDER BY n.archive, n.content, n.number LIMIT 1))
        """

    // SQLite begins at the left side of a CROSS JOIN.
    private static let dueQueues =
        ComposedSQL(queueHeads)
        + ComposedSQL(" SELECT 1 FROM heads CROSS JOIN webhook_deliveries d WHERE d.number = heads.number AND d.due_at <= ?1 LIMIT 1")

    private static let dueDelivery =
        ComposedSQL("UPDATE webhook_deliveries SET due_at = ?2 WHERE number = (") + ComposedSQL(queueHeads)
        + ComposedSQL(
            " ",
            """
            SELECT d.number FROM heads CROSS JOIN webhook_deliveries d JOIN archives a ON a.number = d.archive
            WHERE d.number = heads.number AND d.due_at <= ?1 AND (d.failures = 0 OR NOT ?4) AND d.content || ':' || a.user NOT IN (SELECT value FROM json_each(?3))
            AND a.user NOT IN (SELECT u.user FROM deleted_users u) ORDER BY d.due_at, d.number LIMIT 1
            """)
    private static let claimedDelivery: StaticString = """
        ) RETURNING id, content, (SELECT c.id FROM conversations c WHERE c.number = webhook_deliveries.conversation), session, failures,
        failing_since, (SELECT a.user FROM archives a WHERE a.number = webhook_deliveries.archive)
        """

    private static let claimingDelivery = dueDelivery + ComposedSQL(claimedDelivery)

    /// A delivery that another process is about to claim is passed over. SQLite has one writer at a time.
    private static let claimingUnlockedDelivery =
        dueDelivery + ComposedSQL(" FOR UPDATE OF d SKIP LOCKED") + ComposedSQL(claimedDelivery)

    /// Columns: id, content, conversation, session, failures, failing_since.
    private static func delivery(_ row: borrowing SQLRow, of user: ID<User>) -> WebhookDelivery {
        WebhookDelivery(
            id: ID(row.text(0) ?? ""), user: user, content: row.text(1).flatMap { WebhookDelivery.Content(rawValue: $0) } ?? .conversation,
            conversation: ID(row.text(2) ?? ""), session: row.text(3).map { ID($0) }, failures: Int(row.integer(4) ?? 0),
            failingSince: row.integer(5).map { UnixTime(milliseconds: $0) })
    }

    // MARK: - Attempts

    package func add(_ delivery: WebhookDelivery, due time: UnixTime) async throws(StoreError) -> Bool {
        try ConversationLimits.check(delivery.id)
        if let session = delivery.session { try ConversationLimits.check(session) }
        return try await change(delivery.user) { (archive, connection) throws(StoreError) in
            guard let conversation = try archive.conversation(delivery.conversation, on: connection) else { return false }
            try Self.insert(delivery, of: conversation, in: archive, due: time, on: connection)
            return true
        } ?? false
    }

    /// Adds a delivery of a conversation.
    static func insert(
        _ delivery: WebhookDelivery, of conversation: Int64, in archive: UserPartition, due time: UnixTime, on connection: borrowing SQLConnection
    ) throws(StoreError) {
        try connection.run(
            "INSERT INTO webhook_deliveries (id, archive, conversation, content, session, due_at) VALUES (?, ?, ?, ?, ?, ?)",
            [
                .text(delivery.id.rawValue), .integer(archive.number), .integer(conversation), .text(delivery.content.rawValue),
                .text(delivery.session?.rawValue), .time(time),
            ])
    }

    package func postponeDelivery(
        _ id: ID<WebhookDelivery>, until time: UnixTime, after failure: DeliveryFailure, at now: UnixTime
    ) async throws(StoreError) {
        try await database.write(.readCommitted) { (connection) throws(StoreError) in
            try connection.run(
                """
                UPDATE webhook_deliveries SET due_at = ?2, failures = failures + 1, failure = ?3, failing_since = coalesce(failing_since, ?4)
                WHERE id = ?1
                """, [.text(id.rawValue), .time(time), .text(failure.stored), .time(now)])
        }
    }

    @discardableResult
    package func giveUpDelivery(_ id: ID<WebhookDelivery>, after failure: DeliveryFailure, at now: UnixTime) async throws(StoreError) -> Bool {
        try await database.write(.readCommitted) { (connection) throws(StoreError) -> Bool in
            try connection.run(
                """
                UPDATE webhook_deliveries SET given_up_at = ?2, failure = ?3, failing_since = coalesce(failing_since, ?2),
                failures = CASE WHEN ?4 THEN failures + 1 ELSE failures END WHERE id = ?1
                """, [.text(id.rawValue), .time(now), .text(failure.stored), .flag(failure.isOfAttempt)])
            return try connection.changedRows() == 1
        }
    }

    package func giveUpDeliveries(of queue: WebhookQueue, at now: UnixTime) async throws(StoreError) {
        _ = try await change(queue.user) { (archive, connection) throws(StoreError) -> Bool? in
            try connection.run(
                """
                UPDATE webhook_deliveries SET given_up_at = ?3, failure = coalesce(failure, ?4)
                WHERE archive = ?1 AND content = ?2 AND given_up_at IS NULL
                """,
                [.integer(archive.number), .text(queue.content.rawValue), .time(now), .text(DeliveryFailure.switchedOff.stored)])
            return true
        }
    }

    package func waits(_ id: ID<WebhookDelivery>) async throws(StoreError) -> Bool {
        try await database.read { (connection) throws(StoreError) in
            try connection.integer("SELECT 1 FROM webhook_deliveries WHERE id = ? AND given_up_at IS NULL", [.text(id.rawValue)]) != nil
        }
    }

    package func hasWaiting(in queue: WebhookQueue) async throws(StoreError) -> Bool {
        try await read(queue.user) { (archive, connection) throws(StoreError) in
            try connection.integer(
                "SELECT 1 FROM webhook_deliveries WHERE archive = ? AND content = ? AND given_up_at IS NULL LIMIT 1",
                [.integer(archive.number), .text(queue.content.rawValue)]) != nil
        } ?? false
    }

    package func removeDelivery(_ id: ID<WebhookDelivery>) async throws(StoreError) {
        try await database.write(.readCommitted) { (connection) throws(StoreError) in
            try connection.run("DELETE FROM webhook_deliveries WHERE id = ?", [.text(id.rawValue)])
        }
    }

    // MARK: - For the user

    package func deliveries(_ query: DeliveryQuery, of user: ID<User>) async throws(StoreError) -> DeliveryPage {
        let limit = max(1, min(query.limit, ConversationLimits.page))
        let page = try await read(user) { (archive, connection) throws(StoreError) -> DeliveryPage? in
            var page = DeliveryPage(), last: Int64?
            try connection.run(
                """
                SELECT (SELECT count(*) FROM webhook_deliveries WHERE archive = ?1 AND given_up_at IS NULL),
                (SELECT count(*) FROM webhook_deliveries WHERE archive = ?1 AND given_up_at IS NOT NULL)
                """, [.integer(archive.number)]
            ) { (row) throws(StoreError) in
                (page.waiting, page.givenUp) = (Int(row.integer(0) ?? 0), Int(row.integer(1) ?? 0))
            }
            // A cursor that was not made by this store leads to an empty page.
            guard let after = Int64(query.cursor ?? "0") else { return page }
            try connection.run(
                query.isGivenUp ? Self.listingGivenUp : Self.listingWaiting, [.integer(archive.number), .integer(after), .integer(limit + 1)]
            ) { (row) throws(StoreError) in
                guard page.deliveries.count < limit else { return page.next = last.map { String($0) } }
                last = row.integer(11)
                page.deliveries.append(
                    ListedDelivery(
                        Self.delivery(row, of: user), title: row.text(6), started: row.time(7),
                        failure: row.text(8).flatMap { DeliveryFailure(stored: $0) }, due: row.time(9),
                        givenUp: row.integer(10).map { UnixTime(milliseconds: $0) }))
            }
            return page
        }
        return page ?? DeliveryPage()
    }

    private static let listing: StaticString = """
        SELECT d.id, d.content, c.id, d.session, d.failures, d.failing_since, c.title, c.started_at, d.failure, d.due_at, d.given_up_at, d.number
        FROM webhook_deliveries d JOIN conversations c ON c.number = d.conversation WHERE d.archive = ?1 AND d.number > ?2
        """
    private static let listingGivenUp =
        ComposedSQL(listing) + ComposedSQL(" AND d.given_up_at IS NOT NULL ORDER BY d.number LIMIT ?3")
    private static let listingWaiting = ComposedSQL(listing) + ComposedSQL(" AND d.given_up_at IS NULL ORDER BY d.number LIMIT ?3")

    package func content(of id: ID<WebhookDelivery>, of user: ID<User>) async throws(StoreError) -> WebhookDelivery.Content? {
        try await read(user) { (archive, connection) throws(StoreError) -> WebhookDelivery.Content? in
            var content: WebhookDelivery.Content?
            try connection.run(
                "SELECT content FROM webhook_deliveries WHERE id = ? AND archive = ?", [.text(id.rawValue), .integer(archive.number)]
            ) { (row) throws(StoreError) in content = row.text(0).flatMap { WebhookDelivery.Content(rawValue: $0) } }
            return content
        }
    }

    package func sendAgain(
        _ id: ID<WebhookDelivery>?, in contents: Set<WebhookDelivery.Content>, of user: ID<User>, at now: UnixTime
    ) async throws(StoreError) -> Int {
        var list = JSONWriter()
        list.array(contents.map(\.rawValue))
        let names = list.text
        return try await change(user) { (archive, connection) throws(StoreError) -> Int? in
            // Each statement has its own index.
            if let id {
                try connection.run(
                    """
                    UPDATE webhook_deliveries SET given_up_at = NULL, due_at = ?3, failures = 0, failing_since = NULL, failure = NULL
                    WHERE id = ?2 AND archive = ?1 AND content IN (SELECT value FROM json_each(?4))
                    """, [.integer(archive.number), .text(id.rawValue), .time(now), .text(names)])
            } else {
                try connection.run(
                    """
                    UPDATE webhook_deliveries SET given_up_at = NULL, due_at = ?2, failures = 0, failing_since = NULL, failure = NULL
                    WHERE archive = ?1 AND given_up_at IS NOT NULL AND content IN (SELECT value FROM json_each(?3))
                    """, [.integer(archive.number), .time(now), .text(names)])
            }
            return try connection.changedRows()
        } ?? 0
    }

    package func sendAgain(givenUpSince time: UnixTime?, in queue: WebhookQueue, at now: UnixTime) async throws(StoreError) {
        _ = try await change(queue.user) { (archive, connection) throws(StoreError) -> Bool? in
            try connection.run(
                """
                UPDATE webhook_deliveries SET given_up_at = NULL, due_at = ?4, failures = 0, failing_since = NULL, failure = NULL
                WHERE archive = ?1 AND content = ?2 AND given_up_at >= ?3
                """, [.integer(archive.number), .text(queue.content.rawValue), .time(time), .time(now)])
            try connection.run(
                "UPDATE webhook_deliveries SET due_at = min(due_at, ?3) WHERE archive = ?1 AND content = ?2 AND given_up_at IS NULL",
                [.integer(archive.number), .text(queue.content.rawValue), .time(now)])
            return true
        }
    }

    package func removeDelivery(_ id: ID<WebhookDelivery>, of user: ID<User>) async throws(StoreError) -> Bool {
        try await deleteRow(id.rawValue, of: user, by: "DELETE FROM webhook_deliveries WHERE archive = ? AND id = ?")
    }
}

import Framing
package import Speech

extension SQLConversationStore {
    package func claimDelivery(
        dueBy now: UnixTime, until: UnixTime, except: Set<ID<User>>
    ) async throws(StoreError) -> WebhookDelivery? {
        // Usually no delivery is due, and a read delays no writer.
        let isDue = try await database.read { (connection) throws(StoreError) in
            try connection.integer("SELECT 1 FROM webhook_deliveries WHERE due_at <= ? LIMIT 1", [.time(now)]) != nil
        }
        guard isDue else { return nil }
        var users = JSONWriter()
        users.array(except.map(\.rawValue))
        let list = users.text
        return try await database.write(.readCommitted) { (connection) throws(StoreError) in
            var delivery: WebhookDelivery?
            try connection.run(
                connection.locksRows ? Self.claimingUnlockedDelivery : Self.claimingDelivery, [.time(now), .time(until), .text(list)]
            ) { (row) throws(StoreError) in
                delivery = WebhookDelivery(
                    id: ID(row.text(0) ?? ""), user: ID(row.text(2) ?? ""), conversation: ID(row.text(3) ?? ""),
                    failures: Int(row.integer(1) ?? 0))
            }
            return delivery
        }
    }

    private static let dueDelivery: StaticString = """
        UPDATE webhook_deliveries SET due_at = ?2 WHERE number = (
            SELECT d.number FROM webhook_deliveries d WHERE d.due_at <= ?1
            AND d.archive NOT IN (SELECT a.number FROM archives a WHERE a.user IN (SELECT value FROM json_each(?3)))
            ORDER BY d.due_at, d.number LIMIT 1
        """
    private static let claimedDelivery: StaticString = """
        ) RETURNING id, failures, (SELECT a.user FROM archives a WHERE a.number = webhook_deliveries.archive),
        (SELECT c.id FROM conversations c WHERE c.number = webhook_deliveries.conversation)
        """

    private static let claimingDelivery = ComposedSQL(dueDelivery) + ComposedSQL(claimedDelivery)

    /// A delivery that another process is about to claim is passed over. SQLite has one writer at a time.
    private static let claimingUnlockedDelivery =
        ComposedSQL(dueDelivery) + ComposedSQL(" FOR UPDATE OF d SKIP LOCKED") + ComposedSQL(claimedDelivery)

    package func postponeDelivery(_ id: ID<WebhookDelivery>, until time: UnixTime) async throws(StoreError) {
        try await database.write(.readCommitted) { (connection) throws(StoreError) in
            try connection.run(
                "UPDATE webhook_deliveries SET due_at = ?, failures = failures + 1 WHERE id = ?", [.time(time), .text(id.rawValue)])
        }
    }

    package func removeDelivery(_ id: ID<WebhookDelivery>) async throws(StoreError) {
        try await database.write(.readCommitted) { (connection) throws(StoreError) in
            try connection.run("DELETE FROM webhook_deliveries WHERE id = ?", [.text(id.rawValue)])
        }
    }

    /// Adds a delivery of a conversation, which is due at once.
    static func add(
        _ delivery: ID<WebhookDelivery>, of conversation: Int64, in archive: UserPartition, now: UnixTime, on connection: borrowing SQLConnection
    ) throws(StoreError) {
        try ConversationLimits.check(delivery)
        try connection.run(
            "INSERT INTO webhook_deliveries (id, archive, conversation, due_at) VALUES (?, ?, ?, ?)",
            [.text(delivery.rawValue), .integer(archive.number), .integer(conversation), .time(now)])
    }
}

extension Migration {
    /// Adds the finished conversations that must be sent to webhooks. `due_at`: time before which no process sends the conversation; a process that
    /// sends it sets a later time first.
    static let webhookDeliveries = Migration(
        """
        CREATE TABLE webhook_deliveries (
            number INTEGER PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            archive INTEGER NOT NULL REFERENCES archives (number),
            conversation INTEGER NOT NULL REFERENCES conversations (number) ON DELETE CASCADE,
            due_at INTEGER NOT NULL,
            failures INTEGER NOT NULL DEFAULT 0
        ) STRICT
        """,
        "CREATE INDEX webhook_deliveries_by_time ON webhook_deliveries (due_at, number)",
        "CREATE INDEX webhook_deliveries_of_conversations ON webhook_deliveries (conversation)"
    )

    /// Keeps deliveries that were given up, with the reason, and the segments of sessions that a webhook did not take. `content`: see
    /// `WebhookDelivery.Content`. `failure`: see `DeliveryFailure.stored`. The deliveries of an archive and content are made in the order of their
    /// numbers. The count of failures by which webhooks were switched off is replaced by their time.
    static let deliveriesGivenUp = Migration(
        "ALTER TABLE webhook_deliveries ADD COLUMN content TEXT NOT NULL DEFAULT 'conversation'",
        "ALTER TABLE webhook_deliveries ADD COLUMN session TEXT",
        "ALTER TABLE webhook_deliveries ADD COLUMN failing_since INTEGER",
        "ALTER TABLE webhook_deliveries ADD COLUMN failure TEXT",
        "ALTER TABLE webhook_deliveries ADD COLUMN given_up_at INTEGER",
        "DROP INDEX webhook_deliveries_by_time",
        "CREATE INDEX webhook_deliveries_waiting ON webhook_deliveries (archive, content, number) WHERE given_up_at IS NULL",
        "CREATE INDEX webhook_deliveries_given_up ON webhook_deliveries (archive, number) WHERE given_up_at IS NOT NULL",
        "DELETE FROM settings WHERE name IN ('webhook_conversation_failures', 'webhook_transcript_failures')"
    )
}

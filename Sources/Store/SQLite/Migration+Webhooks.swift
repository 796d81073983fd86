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
}

extension Migration {
    /// Tables of the ledger: the runs of engines, their costs, and daily sums.
    ///
    /// `record` is a run as `UsageRecordCoding` writes it. Lengths are in nanoseconds, money in hundred-millionths of a dollar, days in UTC.
    static let usage = Migration(
        // Runs that are not in the ledger yet. `is_open`: true while the engine works on the run.
        """
        CREATE TABLE usage_outbox (
            run TEXT NOT NULL PRIMARY KEY,
            is_open INTEGER NOT NULL,
            record TEXT NOT NULL
        ) STRICT, WITHOUT ROWID
        """,
        """
        CREATE TABLE usage_runs (
            run TEXT NOT NULL PRIMARY KEY,
            user TEXT NOT NULL,
            day TEXT NOT NULL,
            record TEXT NOT NULL
        ) STRICT, WITHOUT ROWID
        """,
        "CREATE INDEX usage_runs_by_day ON usage_runs (day)",
        "CREATE INDEX usage_runs_by_user ON usage_runs (user)",
        // An empty text stands for no key, and for an unknown model.
        """
        CREATE TABLE usage_days (
            day TEXT NOT NULL,
            user TEXT NOT NULL,
            access_key TEXT NOT NULL,
            provider TEXT NOT NULL,
            model TEXT NOT NULL,
            workload TEXT NOT NULL,
            payer TEXT NOT NULL,
            runs INTEGER NOT NULL,
            failed INTEGER NOT NULL,
            audio INTEGER NOT NULL,
            speech INTEGER NOT NULL,
            billable INTEGER NOT NULL,
            cost INTEGER NOT NULL,
            unpriced INTEGER NOT NULL,
            retries INTEGER NOT NULL,
            fallbacks INTEGER NOT NULL,
            segments INTEGER NOT NULL,
            words INTEGER NOT NULL,
            speakers INTEGER NOT NULL,
            identified INTEGER NOT NULL,
            PRIMARY KEY (user, day, access_key, provider, model, workload, payer)
        ) STRICT, WITHOUT ROWID
        """,
        "CREATE INDEX usage_days_by_day ON usage_days (day)"
    )

    /// Finds a user's runs of some days without a look at all the others.
    static let runsOfDays = Migration(
        work: "indexes usage by its days", "DROP INDEX usage_runs_by_user", "CREATE INDEX usage_runs_by_user ON usage_runs (user, day)")
}

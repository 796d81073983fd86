package import Speech

extension SQLUsageStore {
    package func rows(_ query: UsageQuery) async throws(StoreError) -> [UsageRow] {
        // Each day comes after the empty text.
        let since = SQLValue.text(query.since.map { String($0.rfc3339.prefix(10)) } ?? "")
        return try await database.read { (connection) throws(StoreError) in
            var sums: [UsageGroup: UsageTotals] = [:]
            try connection.run(
                query.user == nil ? Self.daysOfAll : Self.daysOfUser, query.user.map { [since, .text($0.rawValue)] } ?? [since]
            ) { (row) throws(StoreError) in
                let group = UsageGroup(
                    day: query.grouping == .day ? row.text(0) : nil, key: query.grouping == .key ? row.text(1) : nil,
                    engine: EngineName(row.text(2) ?? ""), model: row.text(3) ?? "",
                    workload: row.text(4).flatMap(Workload.init(rawValue:)) ?? .realtime)
                sums[group, default: UsageTotals()] += UsageDay.totals(row, from: 5)
            }
            return sums.map { UsageRow(group: $0.key, totals: $0.value) }.sorted { $0.group < $1.group }
        }
    }

    private static let daysOfAll = ComposedSQL(
        """
        SELECT day, access_key, provider, model, workload, runs, failed, audio, speech, billable, cost, unpriced, retries, fallbacks, segments,
        words, speakers, identified FROM usage_days WHERE day >= ?1
        """)
    private static let daysOfUser = daysOfAll + ComposedSQL(" AND user = ?2")

    package func spent(by user: ID<User>, key: ID<AccessKey>?, since time: UnixTime) async throws(StoreError) -> UsageTotals {
        try await database.read(for: user) { (connection) throws(StoreError) in
            var totals = UsageTotals()
            try connection.run(
                """
                SELECT runs, failed, audio, speech, billable, cost, unpriced, retries, fallbacks, segments, words, speakers, identified
                FROM usage_days WHERE user = ?1 AND day >= ?2 AND (?3 IS NULL OR access_key = ?3) AND payer = 'operator'
                """,
                [.text(user.rawValue), .text(String(time.rfc3339.prefix(10))), .text(key?.rawValue)]
            ) { (row) throws(StoreError) in totals += UsageDay.totals(row, from: 0) }
            return totals
        }
    }

    package func runs(of user: ID<User>?) async throws(StoreError) -> [UsageRecord] {
        try await database.read(for: user) { (connection) throws(StoreError) in
            var runs: [UsageRecord] = []
            try connection.run(
                user == nil
                    ? "SELECT record FROM usage_runs ORDER BY run"
                    : "SELECT record FROM usage_runs INDEXED BY usage_runs_by_user WHERE user = ? ORDER BY run",
                user.map { [.text($0.rawValue)] } ?? []
            ) { (row) throws(StoreError) in runs.append(try Self.run(row.text(0))) }
            return runs
        }
    }

    package func runs(of session: ID<Session>, of user: ID<User>, in days: ClosedRange<String>) async throws(StoreError) -> [UsageRecord] {
        try await database.read(for: user) { (connection) throws(StoreError) in
            var runs: [ID<UsageRecord>: UsageRecord] = [:]
            // A run that was booked and is still in the outbox is the same run. The search in the text only spares most rows their decoding.
            try connection.run(
                """
                SELECT record FROM usage_outbox WHERE instr(record, ?1) > 0
                UNION ALL SELECT record FROM usage_runs WHERE user = ?2 AND day >= ?3 AND day <= ?4 AND instr(record, ?1) > 0
                """,
                [.text(session.rawValue), .text(user.rawValue), .text(days.lowerBound), .text(days.upperBound)]
            ) { (row) throws(StoreError) in
                let run = try Self.run(row.text(0))
                if run.position?.session == session, run.user == user { runs[run.id] = run }
            }
            return runs.values.sorted { $0.id.rawValue < $1.id.rawValue }
        }
    }
}

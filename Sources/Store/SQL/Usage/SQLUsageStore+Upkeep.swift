package import Speech

extension SQLUsageStore {
    package func rebuild(day: String) async throws(StoreError) {
        try await database.write { (connection) throws(StoreError) in
            var runs: [UsageRecord] = []
            try connection.run("SELECT record FROM usage_runs WHERE day = ?", [.text(day)]) { (row) throws(StoreError) in
                runs.append(try Self.run(row.text(0)))
            }
            try connection.run("DELETE FROM usage_days WHERE day = ?", [.text(day)])
            for run in runs { try UsageDay(run).add(run, on: connection) }
        }
    }

    package func purge(_ user: ID<User>) async throws(StoreError) -> Int {
        try await database.write(.readCommitted) { (connection) throws(StoreError) in
            var count = 0
            try connection.run("DELETE FROM usage_runs WHERE user = ?", [.text(user.rawValue)])
            count += try connection.changedRows()
            try connection.run("DELETE FROM usage_outbox WHERE json_extract(record, '$.user') = ?", [.text(user.rawValue)])
            count += try connection.changedRows()
            try connection.run("DELETE FROM usage_days WHERE user = ?", [.text(user.rawValue)])
            return count
        }
    }

    package func forget(now: UnixTime) async throws(StoreError) {
        let oldest = UnixTime(milliseconds: now.milliseconds - Int64(UsageRecord.retention / .milliseconds(1)))
        try await database.write(.readCommitted) { (connection) throws(StoreError) in
            // The runs count as booked for the outbox too: it has no runs that old.
            try connection.run("DELETE FROM usage_runs WHERE day < ?", [.text(String(oldest.rfc3339.prefix(10)))])
        }
    }
}

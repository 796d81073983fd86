package import Speech

extension SQLAccessKeyStore {
    package func settle(_ debits: [KeyDebit]) async throws(StoreError) -> [KeyStanding] {
        let now = now()
        let read = { @Sendable (connection: borrowing SQLConnection) throws(StoreError) -> [KeyStanding] in
            var standings: [KeyStanding] = []
            for debit in debits {
                var standing = KeyStanding(key: debit.key, isValid: false, remaining: 0)
                try connection.run(
                    "SELECT expires_at, revoked_at, credit_seconds, credit_used, languages FROM access_keys WHERE id = ?",
                    [.text(debit.key.rawValue)]
                ) { (row) throws(StoreError) in
                    standing.isValid = row.integer(1) == nil && row.integer(0).map { $0 > now.milliseconds } ?? true
                    standing.remaining = Credit.microseconds(given: row.integer(2), used: row.integer(3))
                    standing.languages = AllowedLanguages.list(row.text(4) ?? "")
                }
                standings.append(standing)
            }
            return standings
        }
        guard debits.contains(where: { $0.microseconds > 0 }) else { return try await database.read(read) }
        return try await database.write(.readCommitted) { (connection) throws(StoreError) in
            for debit in debits where debit.microseconds > 0 {
                try connection.run(
                    """
                    UPDATE access_keys SET credit_used = min(credit_used + ?, credit_seconds * 1000000) WHERE id = ? AND credit_seconds IS NOT NULL
                    """, [.integer(debit.microseconds), .text(debit.key.rawValue)])
            }
            return try read(connection)
        }
    }

    package func topUp(_ id: ID<AccessKey>, seconds: Int64) async throws(StoreError) -> TopUp {
        try await database.write(.readCommitted) { (connection) throws(StoreError) in
            try connection.run(
                "UPDATE access_keys SET credit_seconds = min(credit_seconds + ?, ?) WHERE id = ? AND credit_seconds IS NOT NULL",
                [.integer(min(max(seconds, 0), AccessKey.maxCreditSeconds)), .integer(AccessKey.maxCreditSeconds), .text(id.rawValue)])
            var outcome = TopUp.noSuchKey
            try connection.run("SELECT credit_seconds, credit_used FROM access_keys WHERE id = ?", [.text(id.rawValue)]) { (row) throws(StoreError) in
                outcome = Credit.remaining(given: row.integer(0), used: row.integer(1)).map { .done($0) } ?? .notCounted
            }
            return outcome
        }
    }
}

/// The remaining credit of a key, computed from the columns of the key's row.
enum Credit {
    static func microseconds(given seconds: Int64?, used: Int64?) -> Int64? {
        seconds.map { max(0, min($0, AccessKey.maxCreditSeconds) * 1_000_000 - (used ?? 0)) }
    }

    static func remaining(given seconds: Int64?, used: Int64?) -> Duration? {
        microseconds(given: seconds, used: used).map { .microseconds($0) }
    }
}

package import Speech

/// What one key's sessions have spent since the last settlement.
package struct KeyDebit: Sendable, Equatable {
    package var key: ID<AccessKey>
    /// Of audio.
    package var microseconds: Int64

    package init(key: ID<AccessKey>, microseconds: Int64) {
        self.key = key
        self.microseconds = microseconds
    }
}

/// How a key stands after a settlement.
package struct KeyStanding: Sendable, Equatable {
    package var key: ID<AccessKey>
    /// Neither revoked nor over, and there at all.
    package var isValid: Bool
    /// Microseconds of audio that are left; nil when they are not counted.
    package var remaining: Int64?

    package init(key: ID<AccessKey>, isValid: Bool, remaining: Int64?) {
        self.key = key
        self.isValid = isValid
        self.remaining = remaining
    }
}

/// What became of more credit.
package enum TopUp: Sendable, Equatable {
    /// So much audio is left now.
    case done(Duration)
    case noSuchKey
    /// The key's audio is not counted: more credit would be less.
    case notCounted
}

extension AccessKeys {
    /// Takes what was spent off the keys' credit, never below zero, and says how they stand: all in one transaction.
    package func settle(_ debits: [KeyDebit]) async throws(StoreError) -> [KeyStanding] {
        let now = now()
        let read = { @Sendable (connection: borrowing SQLiteConnection) throws(StoreError) -> [KeyStanding] in
            let query = try connection.prepare("SELECT expires_at, revoked_at, credit_seconds, credit_used FROM access_keys WHERE id = ?")
            var standings: [KeyStanding] = []
            for debit in debits {
                var standing = KeyStanding(key: debit.key, isValid: false, remaining: 0)
                try query.run([.text(debit.key.rawValue)]) { (row) throws(StoreError) in
                    standing.isValid = row.integer(1) == nil && row.integer(0).map { $0 > now.milliseconds } ?? true
                    standing.remaining = Credit.microseconds(given: row.integer(2), used: row.integer(3))
                }
                standings.append(standing)
            }
            return standings
        }
        guard debits.contains(where: { $0.microseconds > 0 }) else { return try await database.read(read) }
        return try await database.write { (connection) throws(StoreError) in
            let update = try connection.prepare(
                """
                UPDATE access_keys SET credit_used = min(credit_used + ?, credit_seconds * 1000000) WHERE id = ? AND credit_seconds IS NOT NULL
                """)
            for debit in debits where debit.microseconds > 0 {
                try update.run([.integer(debit.microseconds), .text(debit.key.rawValue)])
            }
            return try read(connection)
        }
    }

    /// Gives a key more audio to spend.
    ///
    /// - Parameter seconds: 1 or more; what goes beyond `maxCreditSeconds` is not given.
    package func topUp(_ id: ID<AccessKey>, seconds: Int64) async throws(StoreError) -> TopUp {
        try await database.write { (connection) throws(StoreError) in
            try connection.run(
                "UPDATE access_keys SET credit_seconds = min(credit_seconds + ?, ?) WHERE id = ? AND credit_seconds IS NOT NULL",
                [.integer(min(max(seconds, 0), Self.maxCreditSeconds)), .integer(Self.maxCreditSeconds), .text(id.rawValue)])
            var outcome = TopUp.noSuchKey
            try connection.run("SELECT credit_seconds, credit_used FROM access_keys WHERE id = ?", [.text(id.rawValue)]) { (row) throws(StoreError) in
                outcome = Credit.remaining(given: row.integer(0), used: row.integer(1)).map { .done($0) } ?? .notCounted
            }
            return outcome
        }
    }
}

/// What is left of a key's credit, from what the database has of it.
enum Credit {
    static func microseconds(given seconds: Int64?, used: Int64?) -> Int64? {
        seconds.map { max(0, min($0, AccessKeys.maxCreditSeconds) * 1_000_000 - (used ?? 0)) }
    }

    static func remaining(given seconds: Int64?, used: Int64?) -> Duration? {
        microseconds(given: seconds, used: used).map { .microseconds($0) }
    }
}

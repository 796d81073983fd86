package import Speech

extension SQLAccessKeyStore {
    /// Number of ended logins that are kept; beyond it, the ones that expire first are forgotten.
    static let maxEndedLogins = 100_000

    package func endLogin(_ code: [UInt8], expires: UnixTime) async throws(StoreError) {
        try await database.write(.readCommitted) { (connection) throws(StoreError) in
            try connection.run(
                """
                DELETE FROM ended_logins WHERE expires_at <= (SELECT expires_at FROM ended_logins ORDER BY expires_at DESC LIMIT 1 OFFSET ?)
                """, [.integer(Self.maxEndedLogins - 1)])
            try connection.run(
                "INSERT INTO ended_logins (code, expires_at) VALUES (?, ?) ON CONFLICT (code) DO NOTHING",
                [.blob(code), .integer(expires.milliseconds)])
        }
    }

    package func forgetLogins(expiredAt time: UnixTime) async throws(StoreError) {
        try await database.write(.readCommitted) { (connection) throws(StoreError) in
            try connection.run("DELETE FROM ended_logins WHERE expires_at <= ?", [.integer(time.milliseconds)])
        }
    }

    package func isLoginEnded(_ code: [UInt8]) async throws(StoreError) -> Bool {
        try await reader.run { (connection) throws(StoreError) in
            var isEnded = false
            try connection.run("SELECT 1 FROM ended_logins WHERE code = ?", [.blob(code)]) { (_) throws(StoreError) in isEnded = true }
            return isEnded
        }
    }
}

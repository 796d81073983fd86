import Speech
import Store

/// The stores of an installation: in a PostgreSQL database, or in the SQLite database of the data directory. Another back end is its own folder in
/// `Store`, and a line here.
struct Installation: StoreBackEnd {
    private let backEnd: any StoreBackEnd
    /// Result of the check of the database's pages; nil when the database is on a server.
    let check: QuickCheck?

    /// Opens the database, and creates its tables if they do not exist.
    ///
    /// - Parameters:
    ///   - directory: the data directory, which has the secret and the blobs with either database.
    ///   - database: nil for the SQLite database of the directory.
    ///   - checkTime: time limit for the check of the SQLite database's pages.
    init(in directory: DataDirectory, database: PostgresAddress? = nil, checkTime: Duration = .seconds(1)) throws(StoreError) {
        if let database {
            backEnd = try PostgresInstallation(at: database, in: directory)
            check = nil
        } else {
            let installation = try SQLiteInstallation(in: directory, checkTime: checkTime)
            backEnd = installation
            check = installation.check
        }
    }

    func keys(hashing: any KeyHashing, now: @escaping @Sendable () -> UnixTime) throws(StoreError) -> any AccessKeyAdministration {
        try backEnd.keys(hashing: hashing, now: now)
    }

    var usage: any UsageStore { backEnd.usage }

    func conversations(now: @escaping @Sendable () -> UnixTime) -> any ConversationStores { backEnd.conversations(now: now) }

    func stores(now: @escaping @Sendable () -> UnixTime) -> Stores { backEnd.stores(now: now) }

    func settle() async throws(StoreError) { try await backEnd.settle() }
}

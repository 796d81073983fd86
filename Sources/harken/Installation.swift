import Net
import ObjectStorage
import Speech
import Store

/// The stores of an installation: rows in a PostgreSQL database or in the SQLite database of the data directory, blobs in a bucket or in folders of the data
/// directory. Another back end is its own folder in `Store`, and a line here.
struct Installation: StoreBackEnd {
    private let backEnd: any StoreBackEnd
    /// Result of the check of the database's pages; nil when the database is on a server.
    let check: QuickCheck?
    /// Names of the parts of the database's schema that are not those of this version; empty when all are, as far as that is known.
    let foreignParts: [String]
    /// The reason why the database may lose accepted changes when the power goes; nil when it loses none, or the operator has chosen so.
    let risk: String?

    /// Opens the database, and creates its tables if they do not exist.
    ///
    /// - Parameters:
    ///   - directory: the data directory, which has the secret and the blobs with either database.
    ///   - database: nil for the SQLite database of the directory.
    ///   - bucket: the bucket of the blobs; nil for folders of the directory.
    ///   - durability: the place of a change when the SQLite database has accepted it. A PostgreSQL server decides that itself.
    ///   - isGateway: true if this process is a gateway, which may be one of several with a PostgreSQL database.
    ///   - report: called with the reason when a blob could not be sent to the bucket, and with nil when one was sent again after that.
    ///   - checkTime: time limit for the check of the SQLite database's pages.
    ///   - schemaWork: called before a step of the database's schema that may take long.
    init(
        in directory: DataDirectory, database: PostgresAddress? = nil, bucket: BucketSettings? = nil, checkTime: Duration = .seconds(1),
        durability: CommitDurability = .disk, isGateway: Bool = false, report: @escaping @Sendable (StoreError?) -> Void = { _ in },
        schemaWork: @Sendable (SchemaWork) -> Void = { _ in }
    ) throws(StoreError) {
        let blobs = try bucket.map { bucket throws(StoreError) in
            do throws(HTTPClientError) { return Blobs(in: directory, bucket, through: try HTTPClient(), report: report) } catch {
                throw .objectStorage("\(bucket.address): \(error)")
            }
        }
        if let database {
            let installation = try PostgresInstallation(at: database, in: directory, blobs: blobs, isGateway: isGateway, report: schemaWork)
            backEnd = installation
            check = nil
            foreignParts = []
            risk = installation.durability.risk
        } else {
            let installation = try SQLiteInstallation(
                in: directory, blobs: blobs, durability: durability, checkTime: checkTime, report: schemaWork)
            backEnd = installation
            check = installation.check
            foreignParts = installation.foreignParts
            risk = nil
        }
    }

    func keys(hashing: any KeyHashing, now: @escaping @Sendable () -> UnixTime) throws(StoreError) -> any AccessKeyAdministration {
        try backEnd.keys(hashing: hashing, now: now)
    }

    var usage: any UsageStore { backEnd.usage }

    var health: StoreHealth { backEnd.health }

    var blobs: Blobs { backEnd.blobs }

    func conversations(zones: TimeZones, now: @escaping @Sendable () -> UnixTime) -> any ConversationStores {
        backEnd.conversations(zones: zones, now: now)
    }

    func stores(zones: TimeZones, now: @escaping @Sendable () -> UnixTime) -> Stores { backEnd.stores(zones: zones, now: now) }

    func settle() async throws(StoreError) { try await backEnd.settle() }
}

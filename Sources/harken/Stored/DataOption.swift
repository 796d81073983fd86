import Framing
import ObjectStorage
import Store

/// The data directory of a command, from its option, its variable or the default.
struct DataOption {
    static let option = Option(
        "--data", "DIR", variable: "HARKEN_DATA", "Directory of the database, keys and audio. Default: ~/.local/share/harken.")

    /// Name of the variable with the database in place of the directory's own.
    private static let databaseVariable = "HARKEN_DATABASE_URL"

    let path: String
    /// The database in place of the directory's own; nil when there is none.
    let database: PostgresAddress?
    /// The bucket of the blobs; nil when they are in the directory.
    let bucket: BucketSettings?
    /// True if the command line names the directory.
    let isNamed: Bool

    init(_ arguments: Arguments) throws(UsageError) {
        path = try Self.path(arguments)
        database = try Self.database(arguments)
        do throws(BucketSettings.Problem) {
            bucket = try BucketSettings { arguments.environment[$0] }
        } catch {
            throw UsageError("\(error.name) \(error.fault); accepted: \(error.accepted)")
        }
        isNamed = arguments.text(Self.option) != nil
    }

    static func database(_ arguments: Arguments) throws(UsageError) -> PostgresAddress? {
        guard let url = arguments.environment[databaseVariable], !url.isEmpty else { return nil }
        guard let address = PostgresAddress(url.trimmingSurroundings) else {
            throw UsageError("\(databaseVariable) is not the URL of a PostgreSQL database; accepted: \(PostgresAddress.accepted)")
        }
        return address
    }

    static func path(_ arguments: Arguments) throws(UsageError) -> String {
        if let path = try arguments.value(option) { return path }
        guard let home = arguments.environment["HOME"], !home.isEmpty else {
            throw UsageError("HOME is not set, so there is no default for --data: give --data DIR")
        }
        return home + "/.local/share/harken"
    }

    /// Finds the directory if it has data; nil when it has none yet. Nothing is created.
    ///
    /// - Throws: `NoData` when the command line names a directory without data.
    func existing() throws -> DataDirectory? {
        // The directory has the secret and the blobs, and need not have a database.
        if database != nil { return try DataDirectory(creating: path) }
        if let directory = try DataDirectory(existing: path) { return directory }
        if isNamed { throw noData }
        return nil
    }

    /// Opens the stores of the directory. The start of a gateway, harken doctor and a restore check the database's pages, which takes a second of a large
    /// one; no other command does.
    func installation(in directory: DataDirectory) throws(StoreError) -> Installation {
        try Installation(in: directory, database: database, bucket: bucket, checkTime: .zero)
    }

    /// Returns the erasure of deleted data from the directory: from its database, transcripts and journals.
    ///
    /// - Parameter store: the store of the installation's conversations.
    func erasure(of installation: Installation, _ store: any ConversationStores) -> DirectoryErasure {
        DirectoryErasure(
            store, transcripts: installation.blobs.transcripts, in: DataDirectory(unchecked: path), hasOtherGateways: database != nil)
    }

    /// The error of a directory without data.
    var noData: NoData { NoData(path: path) }

    struct NoData: Error, CustomStringConvertible {
        let path: String

        var description: String { "there is no data in \(path); give the directory of harken serve with --data or HARKEN_DATA" }
    }
}

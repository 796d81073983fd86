import Gateway
import Store
import Sessions
import Speech

/// The data directory of a command, from its option, its variable or the default.
struct DataOption {
    static let option = Option(
        "--data", "DIR", variable: "HARKEN_DATA", "Directory of the database, keys and audio. Default: ~/.local/share/harken.")

    let path: String
    /// True if the command line names the directory.
    private let isNamed: Bool

    init(_ arguments: Arguments) throws(UsageError) {
        path = try Self.path(arguments)
        isNamed = arguments.text(Self.option) != nil
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
        if let directory = try DataDirectory(existing: path) { return directory }
        if isNamed { throw noData }
        return nil
    }

    /// The error of a directory without data.
    var noData: NoData { NoData(path: path) }

    struct NoData: Error, CustomStringConvertible {
        let path: String

        var description: String { "there is no data in \(path); give the directory of harken serve with --data or HARKEN_DATA" }
    }

    /// The error of a key that does not exist.
    struct NoKey: Error, CustomStringConvertible {
        let id: ID<AccessKey>
        let path: String

        var description: String { "there is no key \(id) in \(path); harken keys list shows the existing keys" }
    }

    /// Opens the keys in the data directory. Creates the directory and the keys if they do not exist.
    static func openKeys(_ path: String) throws(StoreError) -> any AccessKeyAdministration {
        try Installation(in: DataDirectory(creating: path)).keys(hashing: OpenSSLHashing(), now: { .now })
    }

    /// Opens the keys; nil when there is no data yet.
    func existingKeys() throws -> (any AccessKeyAdministration)? {
        try existing().map { try Installation(in: $0).keys(hashing: OpenSSLHashing(), now: { .now }) }
    }

    /// Brings a change of the keys into the database's main file. The change is valid even when that fails; the failure is reported.
    static func bringToFile(_ keys: any AccessKeyAdministration, _ context: CommandContext) async {
        do throws(StoreError) { try await keys.bringToFile() } catch {
            context.note("the change is made, but the database's log could not be written into the database file: \(error)")
        }
    }
}

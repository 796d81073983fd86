import Gateway
import Store
import Sessions

/// The option for the data directory, which is the same for all commands.
enum DataOption {
    static let option = Option(
        "--data", "DIR", variable: "HARKEN_DATA", "Directory of the database, keys and audio. Default: ~/.local/share/harken.")

    static func path(_ arguments: Arguments) throws(UsageError) -> String {
        if let path = try arguments.value(option) { return path }
        guard let home = arguments.environment["HOME"], !home.isEmpty else {
            throw UsageError("HOME is not set, so there is no default for --data: give --data DIR")
        }
        return home + "/.local/share/harken"
    }

    /// Opens the keys in the data directory. Creates the directory and the keys if they do not exist.
    static func openKeys(_ path: String) throws(StoreError) -> any AccessKeyAdministration {
        try Installation(in: DataDirectory(creating: path)).keys(hashing: OpenSSLHashing(), now: { .now })
    }

    /// Brings a change of the keys into the database's main file. The change is valid even when that fails; the failure is reported.
    static func bringToFile(_ keys: any AccessKeyAdministration, _ context: CommandContext) async {
        do throws(StoreError) { try await keys.bringToFile() } catch {
            context.note("the change is made, but the database's log could not be written into the database file: \(error)")
        }
    }
}

import Store

/// The data directory of a command, from its option, its variable or the default.
struct DataOption {
    static let option = Option(
        "--data", "DIR", variable: "HARKEN_DATA", "Directory of the database, keys and audio. Default: ~/.local/share/harken.")

    let path: String
    /// True if the command line names the directory.
    let isNamed: Bool

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
}

internal import Foundation
package import Store

extension DataDirectory {
    /// Creates a test's data directory with a database that has the stores' schema and no rows. A directory that has a database is left as it is.
    ///
    /// The database is a copy of one that the process makes once: the steps of the schema take 50 ms of a processor.
    package init(prepared path: String) throws {
        try self.init(creating: path)
        guard !FileManager.default.fileExists(atPath: database) else { return }
        let empty = try Self.emptyDatabase.get(), attributes: [FileAttributeKey: Any] = [.posixPermissions: 0o600]
        // Another process may set the directory up now: its database, and what it has stored there, must stay.
        let isThere = try withSetUpLock {
            FileManager.default.fileExists(atPath: database)
                || FileManager.default.createFile(atPath: database, contents: empty, attributes: attributes)
        }
        guard isThere else { throw CocoaError(.fileWriteUnknown) }
    }

    private static let emptyDatabase = Result {
        let folder = TemporaryFolder()
        let directory = try DataDirectory(creating: folder.path(of: "data")), copy = try DataDirectory(creating: folder.path(of: "copy"))
        _ = try SQLiteInstallation(in: directory)
        try SQLiteInstallation.copyRows(of: directory, to: copy)
        return try Data(contentsOf: URL(filePath: copy.database))
    }
}

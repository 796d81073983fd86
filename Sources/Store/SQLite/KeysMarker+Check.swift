import Glibc

extension KeysMarker {
    /// Maximum number of looks for a key, with a pause between two looks: the marker of the first key is written before the key itself.
    private static let patience = 40

    /// Waits 50 ms.
    static func pause() { usleep(50_000) }

    /// Checks that the database's file has keys if it ever had some. Changes nothing, because the rest of a damaged file is worth keeping.
    ///
    /// - Parameters:
    ///   - database: path of the database's file, which need not exist.
    ///   - wait: waits between two looks.
    /// - Throws: `keysLost` when the marker exists and the database has no keys.
    func check(_ database: String, wait: () -> Void = pause) throws(StoreError) {
        guard try isThere() else { return }
        for round in 0..<Self.patience {
            if round > 0 { wait() }
            if try Self.hasKeys(database) { return }
            // Another process has removed the marker meanwhile, because it could not store the first key.
            guard try isThere() else { return }
        }
        throw .keysLost(path: database, marker: path)
    }

    static func hasKeys(_ database: String) throws(StoreError) -> Bool {
        var information = stat()
        // SQLite would treat an empty file as a new database, and would delete the log next to it.
        guard stat(database, &information) == 0, information.st_size > 0 else { return false }
        // A reader never empties the log.
        let connection = try SQLiteConnection.open(database, .readOnly)
        var hasTable = false
        try connection.run("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'access_keys'") { (_) throws(StoreError) in hasTable = true }
        guard hasTable else { return false }
        var hasKeys = false
        try connection.run("SELECT 1 FROM access_keys LIMIT 1") { (_) throws(StoreError) in hasKeys = true }
        return hasKeys
    }
}

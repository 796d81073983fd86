/// A PostgreSQL server's promise for a committed transaction, on the day on which its power goes: the settings `synchronous_commit` and `fsync`.
package struct PostgresDurability: Sendable, Equatable {
    /// `on`, `remote_apply`, `remote_write`, `local` or `off`, as it is for the gateway's connections.
    var synchronousCommit: String
    /// True if the server writes its log to the disk.
    var isSynced: Bool

    init(of connection: borrowing SQLConnection) throws(StoreError) {
        var found = (synchronousCommit: "", fsync: "")
        try connection.run("SELECT current_setting('synchronous_commit'), current_setting('fsync')") { (row) throws(StoreError) in
            found = (row.text(0) ?? "", row.text(1) ?? "")
        }
        synchronousCommit = found.synchronousCommit
        isSynced = found.fsync != "off"
    }

    /// The reason why a power cut of the server may lose what the gateway has answered; nil when it loses nothing.
    package var risk: String? {
        if !isSynced { return "the server's setting fsync is off: a power cut may damage the whole database" }
        if synchronousCommit == "off" { return "the setting synchronous_commit is off: a power cut of the server may lose what was answered last" }
        return nil
    }
}

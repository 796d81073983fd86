import Speech

extension TimeZones {
    /// Returns the zone that a user's settings name; the standard zone when they name none.
    func zone(of archive: UserPartition, on connection: borrowing SQLConnection) throws(StoreError) -> TimeZoneRules {
        var name: String?
        try connection.run(
            "SELECT value FROM settings WHERE archive = ? AND name = ?", [.integer(archive.number), .text(TimeZoneName.setting)]
        ) { (row) throws(StoreError) in name = row.text(0) }
        return zone(of: name.flatMap { TimeZoneName($0) })
    }
}

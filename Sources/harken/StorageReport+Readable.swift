import Store

extension StorageReport {
    /// Number of bytes from which a part is worth a word.
    private static let minMentioned = 1_000_000

    /// The parts that take the room, the largest first: `database 1.9 GB, of which 1.1 GB free; audio 2.3 GB`. Empty when nothing was measured.
    var readableParts: String {
        let large = parts.filter { $0.bytes >= Self.minMentioned }.sorted { $0.bytes > $1.bytes }
        return large.map { part in
            let free = part.part == .database ? databaseFree ?? 0 : 0
            let rest = free >= Self.minMentioned ? ", of which \(ByteText.short(free)) free" : ""
            return "\(part.part.rawValue) \(ByteText.short(part.bytes))\(rest)"
        }.joined(separator: "; ")
    }
}

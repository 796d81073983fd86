internal import Speech

/// An object of a bucket, as a listing has it.
struct ListedObject: Sendable, Equatable {
    /// The key, without the bucket's prefix.
    var key: String
    var byteCount: Int
    /// Identifies the content of the object.
    var tag: String
    var changed: UnixTime

    /// Reads an entry of a listing; nil when the entry is not complete, or its key does not begin with the prefix.
    init?(_ entry: XMLText, below prefix: String) {
        guard let key = entry.content(of: "Key"), key.hasPrefix(prefix), let byteCount = entry.content(of: "Size").flatMap({ Int($0) }),
            let tag = entry.content(of: "ETag"), let changed = entry.content(of: "LastModified").flatMap(UnixTime.init(rfc3339:))
        else { return nil }
        self.key = String(key.dropFirst(prefix.count))
        self.byteCount = byteCount
        self.tag = tag
        self.changed = changed
    }
}

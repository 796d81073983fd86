package import Speech

/// A blob that is in a store, without its content.
package struct StoredBlob: Sendable, Equatable {
    package var name: BlobName
    package var byteCount: Int
    /// Time when the content was written, or put into the store.
    package var changed: UnixTime

    package init(name: BlobName, byteCount: Int, changed: UnixTime) {
        self.name = name
        self.byteCount = byteCount
        self.changed = changed
    }
}

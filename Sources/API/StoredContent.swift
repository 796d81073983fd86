package import Store

/// Blobs whose contents are sent one after the other.
package struct StoredContent: Sendable {
    package let names: [BlobName]
    package let store: any BlobStore

    /// - Parameter files: names as the catalog has them. A name that no blob can have is left out.
    init(_ files: [String], in store: any BlobStore) {
        names = files.compactMap { BlobName($0) }
        self.store = store
    }
}

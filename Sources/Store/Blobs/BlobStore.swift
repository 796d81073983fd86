/// A store of blobs: whole contents under names, such as recordings and transcripts. A blob is in the store completely or not at all.
///
/// No method blocks its caller's thread. Several callers may use a store at once; of two puts under one name, the later one counts.
package protocol BlobStore: Sendable {
    /// The store's folder or address, for the log.
    var location: String { get }

    // MARK: Writing

    /// Creates an empty local file that only its owner may read, for the content of a blob.
    func makeDraft() async throws(StoreError) -> BlobDraft

    /// Moves a local file into the store. A blob that has this name already is replaced. When this returns, the blob survives a power cut.
    ///
    /// - Parameter path: a file that nobody writes any more. After an error it may be there still; the caller removes it then.
    /// - Returns: the number of bytes.
    @discardableResult func put(_ path: String, as name: BlobName) async throws(StoreError) -> Int

    /// Stores a content. A blob that has this name already is replaced. When this returns, the blob survives a power cut.
    func put(_ content: [UInt8], as name: BlobName) async throws(StoreError)

    /// Deletes blobs, each of which need not be there. When this returns, no power cut brings them back. After an error some of them may be there.
    func delete(_ names: [BlobName]) async throws(StoreError)

    /// Prepares the store for this process, and removes the drafts that earlier processes have left. Called before this process makes a draft.
    ///
    /// - Throws: the reason why the store cannot be used.
    func prepare() async throws(StoreError)

    // MARK: Reading

    /// Returns nil when there is no such blob.
    func find(_ name: BlobName) async throws(StoreError) -> StoredBlob?

    /// Returns a local file with a blob's content; nil when there is no such blob.
    func file(of name: BlobName) async throws(StoreError) -> BlobFile?

    /// Opens a blob for reading.
    ///
    /// - Parameter range: the bytes to read; those behind the blob's end are left out. nil: all bytes.
    /// - Returns: nil when there is no such blob.
    func read(_ name: BlobName, _ range: Range<Int>?) async throws(StoreError) -> (any BlobReader)?

    /// Returns blobs in the order of their names, a page at a time.
    ///
    /// - Parameters:
    ///   - prefix: beginning of the names; empty for all blobs.
    ///   - after: last name of the page before; nil for the first page.
    ///   - limit: maximum number of blobs. Fewer are returned only at the end.
    func list(prefix: String, after: BlobName?, limit: Int) async throws(StoreError) -> [StoredBlob]
}

extension BlobStore {
    /// Deletes a blob, which need not be there. When this returns, no power cut brings it back.
    package func delete(_ name: BlobName) async throws(StoreError) { try await delete([name]) }

    /// Number of blobs in a page of `all`: a folder is read once for each page.
    private static var page: Int { 50_000 }

    /// Moves a draft into the store, like any local file.
    @discardableResult package func put(_ draft: BlobDraft, as name: BlobName) async throws(StoreError) -> Int {
        // The release of the draft would remove the file.
        defer { withExtendedLifetime(draft) {} }
        return try await put(draft.path, as: name)
    }

    /// Returns a blob's content; nil when there is no such blob.
    ///
    /// - Throws: `tooMuch` when the blob has more than `maxByteCount` bytes.
    package func content(of name: BlobName, maxByteCount: Int) async throws(StoreError) -> [UInt8]? {
        guard let reader = try await read(name, nil) else { return nil }
        guard reader.byteCount <= maxByteCount else { throw .tooMuch("\(location)/\(name) has more than \(maxByteCount) bytes") }
        var content: [UInt8] = []
        content.reserveCapacity(reader.byteCount)
        while let piece = try await reader.next() { content += piece }
        return content
    }

    /// Returns all blobs, in the order of their names.
    package func all() async throws(StoreError) -> [StoredBlob] {
        var all: [StoredBlob] = []
        while true {
            let page = try await list(prefix: "", after: all.last?.name, limit: Self.page)
            all += page
            if page.count < Self.page { return all }
        }
    }
}

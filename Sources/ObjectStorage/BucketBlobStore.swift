internal import Glibc
package import Store

/// A store whose blobs are the objects of a bucket. A blob's key is the store's prefix and the blob's name.
///
/// A blob that is put is in a folder of this machine first, and `put` waits for the first attempt to send the blob to the bucket. A blob that could not be
/// sent stays in the folder, is read from there, and is sent later. So blobs that were in the folder before the bucket was configured move to the bucket.
package final class BucketBlobStore: BlobStore {
    private let bucket: Bucket
    /// Beginning of the keys, with `/` at the end.
    private let prefix: String
    private let folder: FolderBlobStore
    private let uploads: BlobUploads

    /// - Parameters:
    ///   - prefix: beginning of the keys, below the bucket's own prefix; without `/`.
    ///   - folder: blobs that are not sent yet, and drafts.
    ///   - report: called with the reason when a blob could not be sent, and with nil when one was sent again after that.
    package init(
        in bucket: Bucket, below prefix: String, folder: FolderBlobStore, report: @escaping @Sendable (StoreError?) -> Void = { _ in }
    ) {
        self.bucket = bucket
        self.prefix = prefix + "/"
        self.folder = folder
        uploads = BlobUploads(from: folder, to: bucket, below: prefix + "/", report: report)
    }

    package var location: String { "\(bucket.address)\(prefix)" }

    private func key(of name: BlobName) -> String { prefix + name.text }

    // MARK: - Writing

    package func makeDraft() async throws(StoreError) -> BlobDraft { try await folder.makeDraft() }

    package func put(_ path: String, as name: BlobName) async throws(StoreError) -> Int {
        try await uploads.put(name) { [folder] () throws(StoreError) in try await folder.put(path, as: name) }
    }

    package func put(_ content: [UInt8], as name: BlobName) async throws(StoreError) {
        try await uploads.put(name) { [folder] () throws(StoreError) in try await folder.put(content, as: name) }
    }

    package func delete(_ names: [BlobName]) async throws(StoreError) {
        for name in names { try await uploads.delete(name) }
    }

    package func prepare() async throws(StoreError) {
        try await folder.prepare()
        do throws(StoreError) { try await bucket.check() } catch {
            // A bucket that does not answer now does not keep a gateway from starting.
            guard case .objectStorageAway = error else { throw error }
        }
        await uploads.sendAll()
    }

    // MARK: - Reading

    package func find(_ name: BlobName) async throws(StoreError) -> StoredBlob? {
        if let waiting = try await folder.find(name) { return waiting }
        return try await bucket.find(key(of: name)).map { StoredBlob(name: name, byteCount: $0.byteCount, changed: $0.changed) }
    }

    package func file(of name: BlobName) async throws(StoreError) -> BlobFile? {
        if let link = try await folder.link(to: name) { return BlobFile(link) }
        guard let object = try await bucket.find(key(of: name)) else { return nil }
        let draft = try await folder.makeDraft()
        if object.byteCount > 0 { try await bucket.read(object.key, 0..<object.byteCount, tag: object.tag, into: draft.path) }
        return BlobFile(draft)
    }

    package func read(_ name: BlobName, _ range: Range<Int>?) async throws(StoreError) -> (any BlobReader)? {
        if let reader = try await folder.read(name, range) { return reader }
        guard let object = try await bucket.find(key(of: name)) else { return nil }
        let whole = 0..<object.byteCount
        return try await BucketBlobReader(of: object, range?.clamped(to: whole) ?? whole, in: bucket, drafts: folder)
    }

    package func list(prefix beginning: String, after: BlobName?, limit: Int) async throws(StoreError) -> [StoredBlob] {
        var found = try await folder.list(prefix: beginning, after: after, limit: limit), last = after.map { key(of: $0) }
        let waiting = Set(found.map(\.name))
        var count = 0
        while count < limit {
            let page = try await bucket.list(prefix: prefix + beginning, after: last, limit: limit - count)
            for object in page.objects {
                count += 1
                last = object.key
                guard let name = BlobName(String(object.key.dropFirst(prefix.count))), !waiting.contains(name) else { continue }
                found.append(StoredBlob(name: name, byteCount: object.byteCount, changed: object.changed))
            }
            if page.isLast || page.objects.isEmpty { break }
        }
        return Array(found.sorted { $0.name < $1.name }.prefix(limit))
    }
}

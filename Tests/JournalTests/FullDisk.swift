import Store
import Synchronization

/// A store of blobs whose disk is full while the test says so.
final class FullDisk: BlobStore {
    private let store: any BlobStore
    private let full = Mutex(false)
    private let refused = Mutex(0)
    private let isUnreadable = Mutex(false)

    init(_ store: any BlobStore) { self.store = store }

    func fill() { full.withLock { $0 = true } }

    func empty() { full.withLock { $0 = false } }

    /// Lets each reading of a blob's content fail, or none.
    func refuseReads(_ refuses: Bool) { isUnreadable.withLock { $0 = refuses } }

    /// Number of times that the disk had no room.
    var refusals: Int { refused.withLock { $0 } }

    private func checkRoom() throws(StoreError) {
        guard full.withLock({ $0 }) else { return }
        refused.withLock { $0 += 1 }
        throw .diskFull(path: location)
    }

    var location: String { store.location }

    func makeDraft() async throws(StoreError) -> BlobDraft {
        try checkRoom()
        return try await store.makeDraft()
    }

    func put(_ path: String, as name: BlobName) async throws(StoreError) -> Int {
        try checkRoom()
        return try await store.put(path, as: name)
    }

    func put(_ content: [UInt8], as name: BlobName) async throws(StoreError) {
        try checkRoom()
        try await store.put(content, as: name)
    }

    func delete(_ names: [BlobName]) async throws(StoreError) { try await store.delete(names) }

    func prepare() async throws(StoreError) { try await store.prepare() }

    func find(_ name: BlobName) async throws(StoreError) -> StoredBlob? { try await store.find(name) }

    func file(of name: BlobName) async throws(StoreError) -> BlobFile? { try await store.file(of: name) }

    func read(_ name: BlobName, _ range: Range<Int>?) async throws(StoreError) -> (any BlobReader)? {
        guard !isUnreadable.withLock({ $0 }) else { throw .notUsable(path: "\(location)/\(name)", reason: "input/output error") }
        return try await store.read(name, range)
    }

    func list(prefix: String, after: BlobName?, limit: Int) async throws(StoreError) -> [StoredBlob] {
        try await store.list(prefix: prefix, after: after, limit: limit)
    }
}

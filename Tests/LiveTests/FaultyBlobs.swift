import Store
import Synchronization

/// A store of blobs in which a test has something happen, or a fault, when a file is asked for, or something happen before a draft is made.
final class FaultyBlobs: BlobStore {
    private let blobs: any BlobStore
    private let refusals = Mutex((count: 0, error: StoreError.objectStorageAway("")))
    private let interruption = Mutex<(@Sendable () async -> Void)?>(nil)
    private let moved = Mutex(0)
    private let drafting = Mutex<(@Sendable () async -> Void)?>(nil)

    init(_ blobs: any BlobStore) { self.blobs = blobs }

    var location: String { blobs.location }

    /// Fails the next requests for a file.
    func refuse(_ count: Int, with error: StoreError = .objectStorageAway("the test has taken it away")) {
        refusals.withLock { $0 = (count: count, error: error) }
    }

    /// Has `body` run before the next request for a file is answered.
    func interrupt(_ body: @escaping @Sendable () async -> Void) { interruption.withLock { $0 = body } }

    /// Number of files that were moved into the store. Each of them was written.
    var files: Int { moved.withLock { $0 } }

    /// Has `body` run before each draft is made.
    func beforeDrafts(_ body: @escaping @Sendable () async -> Void) { drafting.withLock { $0 = body } }

    func file(of name: BlobName) async throws(StoreError) -> BlobFile? {
        let body = interruption.withLock { stored -> (@Sendable () async -> Void)? in
            let body = stored
            stored = nil
            return body
        }
        await body?()
        let refusal = refusals.withLock { refusals -> StoreError? in
            guard refusals.count > 0 else { return nil }
            refusals.count -= 1
            return refusals.error
        }
        if let refusal { throw refusal }
        return try await blobs.file(of: name)
    }

    func makeDraft() async throws(StoreError) -> BlobDraft {
        let body = drafting.withLock { $0 }
        await body?()
        return try await blobs.makeDraft()
    }

    func put(_ path: String, as name: BlobName) async throws(StoreError) -> Int {
        moved.withLock { $0 += 1 }
        return try await blobs.put(path, as: name)
    }

    func put(_ content: [UInt8], as name: BlobName) async throws(StoreError) { try await blobs.put(content, as: name) }
    func delete(_ names: [BlobName]) async throws(StoreError) { try await blobs.delete(names) }
    func prepare() async throws(StoreError) { try await blobs.prepare() }
    func find(_ name: BlobName) async throws(StoreError) -> StoredBlob? { try await blobs.find(name) }
    func read(_ name: BlobName, _ range: Range<Int>?) async throws(StoreError) -> (any BlobReader)? { try await blobs.read(name, range) }
    func list(prefix: String, after: BlobName?, limit: Int) async throws(StoreError) -> [StoredBlob] {
        try await blobs.list(prefix: prefix, after: after, limit: limit)
    }
}

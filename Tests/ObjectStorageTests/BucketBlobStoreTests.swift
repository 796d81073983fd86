import Foundation
import HarkenTesting
import Net
import Store
import Synchronization
import Testing

@testable import ObjectStorage

@Suite(.needs(JudgesPython.path != nil, "HARKEN_JUDGES does not name the Python of scripts/play --python judges"), .hangLimit)
struct `Blobs in an object storage` {
    private let folder = TemporaryFolder()
    private let client: HTTPClient
    private let name: BlobName

    init() throws {
        client = try HTTPClient()
        name = try #require(BlobName("a.opus"))
    }

    private var prefix: String { String(folder.path.split(separator: "/").last ?? "") }
    private var local: FolderBlobStore { FolderBlobStore(folder.path(of: "blobs")) }

    private func bucket(on server: ObjectServer, secret: String? = nil, name: String = ObjectServer.bucket) throws -> Bucket {
        let address = try #require(BucketAddress(server.address(bucket: name, prefix: prefix)))
        return Bucket(
            at: address, as: BucketCredentials(keyID: server.keyID, secret: secret ?? server.secret), through: client, partSize: 5 << 20)
    }

    @Test func `leave the folder of the machine once the bucket has them`() async throws {
        let bucket = try bucket(on: #require(ObjectServer.shared)), store = BucketBlobStore(in: bucket, below: "audio", folder: local)
        try await store.put([1, 2, 3], as: name)
        #expect(try await local.all().isEmpty)
        #expect(try await bucket.find("audio/a.opus")?.byteCount == 3)
        // Another machine has another folder.
        let other = BucketBlobStore(in: bucket, below: "audio", folder: FolderBlobStore(folder.path(of: "other")))
        #expect(try await other.content(of: name, maxByteCount: 3) == [1, 2, 3])
        try await other.delete(name)
        #expect(try await store.find(name) == nil)
    }

    @Test func `are sent in parts when they are large, and read by pieces`() async throws {
        let store = BucketBlobStore(in: try bucket(on: #require(ObjectServer.shared)), below: "audio", folder: local)
        let bytes = (0..<21_000_001).map { UInt8(truncatingIfNeeded: ($0 * 7) >> 8) }
        try await store.put(bytes, as: name)
        #expect(try await local.all().isEmpty)
        #expect(try await store.content(of: name, maxByteCount: 1 << 25) == bytes)
        let reader = try #require(try await store.read(name, 8_000_000..<20_000_000))
        var read: [UInt8] = []
        while let piece = try await reader.next() { read += piece }
        #expect(read == Array(bytes[8_000_000..<20_000_000]))
    }

    @Test func `that the folder had before the bucket was configured move to the bucket`() async throws {
        let bucket = try bucket(on: #require(ObjectServer.shared))
        for text in ["a", "b", "c"] { try await local.put(Array(text.utf8), as: #require(BlobName(text))) }
        let store = BucketBlobStore(in: bucket, below: "audio", folder: local)
        #expect(try await store.all().map(\.name.text) == ["a", "b", "c"])
        try await store.prepare()
        try await until { (try? await bucket.list(prefix: "audio/", after: nil, limit: 9).objects.map(\.key)) == ["audio/a", "audio/b", "audio/c"] }
        try await until { (try? await local.all().isEmpty) == true }
        #expect(try await store.all().map(\.name.text) == ["a", "b", "c"])
    }

    @Test func `wait on this machine while the object storage is away, and are deleted only where it answers`() async throws {
        let first = try ObjectServer(), reports = Mutex<[Bool]>([])
        // The storage has another address and another key in its next life.
        func store(_ server: ObjectServer) throws -> (Bucket, BucketBlobStore) {
            let address = try #require(BucketAddress(server.address(prefix: prefix)))
            let bucket = Bucket(at: address, as: BucketCredentials(keyID: server.keyID, secret: server.secret), through: client)
            return (bucket, BucketBlobStore(in: bucket, below: "audio", folder: local) { error in reports.withLock { $0.append(error != nil) } })
        }
        let (_, early) = try store(first)
        try await early.put([1], as: name)
        await first.stop()
        try await early.put([2], as: name)
        #expect(try await early.content(of: name, maxByteCount: 1) == [2])
        #expect(reports.withLock { $0 } == [true])
        await #expect(throws: StoreError.self) { try await early.delete(#require(BlobName("b"))) }

        let second = try ObjectServer(), (bucket, late) = try store(second)
        try await late.prepare()
        try await until { (try? await bucket.find("audio/a.opus")) != nil }
        try await until { (try? await local.all().isEmpty) == true }
        #expect(try await late.content(of: name, maxByteCount: 1) == [2])
    }

    @Test func `deleted while they are sent are not in the bucket afterwards`() async throws {
        let bucket = try bucket(on: #require(ObjectServer.shared)), store = BucketBlobStore(in: bucket, below: "audio", folder: local)
        let bytes = [UInt8](repeating: 7, count: 12_000_000)
        for _ in 0..<3 {
            let put = Task { try await store.put(bytes, as: name) }
            // It is sent from a folder.
            try await until {
                if try await !local.all().isEmpty { return true }
                return try await bucket.find("audio/a.opus") != nil
            }
            try await store.delete(name)
            _ = try? await put.value
            try await store.delete(name)
            #expect(try await bucket.find("audio/a.opus") == nil)
            #expect(try await store.find(name) == nil)
        }
    }

    @Test func `need the right secret`() async throws {
        let bucket = try bucket(on: #require(ObjectServer.shared), secret: "wrong")
        let store = BucketBlobStore(in: bucket, below: "audio", folder: local)
        let error = await #expect(throws: StoreError.self) { try await store.prepare() }
        #expect(error.map { "\($0)" }?.contains("SignatureDoesNotMatch") == true)
    }

    @Test func `need a bucket without versions`() async throws {
        let bucket = try bucket(on: #require(ObjectServer.shared), name: ObjectServer.versionedBucket)
        let store = BucketBlobStore(in: bucket, below: "audio", folder: local)
        let error = await #expect(throws: StoreError.self) { try await store.prepare() }
        #expect(error.map { "\($0)" }?.contains("versions") == true)
    }
}

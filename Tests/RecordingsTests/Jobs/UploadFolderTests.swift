import Framing
import HarkenTesting
@testable import Observability
import Protocols
@testable import Recordings
import Speech
import Store
import Testing

@Suite(.hangLimit) struct `A folder of uploads` {
    /// A folder whose disk does not take what it is given: its syncs fail.
    private struct UnsyncedBlobs: BlobStore {
        let location = "/uploads"
        private let error = StoreError.failed(code: 5, "input/output error")

        func makeDraft() async throws(StoreError) -> BlobDraft { throw error }
        func put(_ path: String, as name: BlobName) async throws(StoreError) -> Int { throw error }
        func put(_ content: [UInt8], as name: BlobName) async throws(StoreError) { throw error }
        func delete(_ names: [BlobName]) async throws(StoreError) {}
        func prepare() async throws(StoreError) {}
        func find(_ name: BlobName) async throws(StoreError) -> StoredBlob? { nil }
        func file(of name: BlobName) async throws(StoreError) -> BlobFile? { nil }
        func read(_ name: BlobName, _ range: Range<Int>?) async throws(StoreError) -> (any BlobReader)? { nil }
        func list(prefix: String, after: BlobName?, limit: Int) async throws(StoreError) -> [StoredBlob] { [] }
    }

    @Test func `refuses with 503 what cannot be synced, says why in the log, and keeps no row of it`() async throws {
        let engine = ChunkEngine(.local) { (_, _) async throws(EngineError) in [] }
        try await TestRecordings.with([engine]) { recordings in
            let lines = SharedLog(), rows = SQLUploadStore(in: recordings.database)
            let folder = UploadFolder(
                in: UnsyncedBlobs(), uploads: rows, most: 1 << 30, log: Log(level: .error, write: { lines.append($0) }))
            let file = try await recordings.spooled([1, 2, 3])
            let refused = await #expect(throws: RequestError.self) {
                try await folder.keep(file, id: "upload", user: .local, now: UnixTime(milliseconds: 1))
            }
            let error = try #require(refused)
            // What the route that takes uploads answers, and Harken's own.
            #expect(AssemblyAIErrorResponse.make(error, requestID: "r").status.code == 503)
            #expect(error.plain.status.code == 503)
            #expect(try await rows.all().isEmpty)
            #expect(lines.entries.count == 1 && lines.entries[0].contains("input/output error"), "\(lines.entries)")
        }
    }

    @Test func `says what it deletes of its age, once, with the bytes`() async throws {
        let engine = ChunkEngine(.local) { (_, _) async throws(EngineError) in [] }
        try await TestRecordings.with([engine]) { recordings in
            let lines = SharedLog(), rows = SQLUploadStore(in: recordings.database)
            let blobs = Blobs(in: recordings.database.directory).uploads
            let folder = UploadFolder(in: blobs, uploads: rows, most: 1 << 30, log: Log(level: .info, write: { lines.append($0) }))
            for (id, bytes, day) in [("old", [1, 2, 3] as [UInt8], 1), ("young", [4, 5], 9)] {
                let time = UnixTime(milliseconds: Int64(day) * 86_400_000)
                try await folder.keep(try await recordings.spooled(bytes), id: id, user: .local, now: time)
            }
            for _ in 0..<2 { await folder.sweep(now: UnixTime(milliseconds: 9 * 86_400_000 + 1)) }
            #expect(try await rows.all() == ["young"])
            #expect(lines.entries.count == 1, "\(lines.entries)")
            #expect(lines.entries.allSatisfy { $0.contains(" info uploads that no job waits for are deleted count=1 bytes=3 days=") })
        }
    }
}

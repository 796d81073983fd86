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

    @Test func `says what it deletes of its age, each kind once, with the bytes and the days`() async throws {
        let engine = ChunkEngine(.local) { (_, _) async throws(EngineError) in [] }
        try await TestRecordings.with([engine]) { recordings in
            let lines = SharedLog(), rows = SQLUploadStore(in: recordings.database)
            let blobs = Blobs(in: recordings.database.directory).uploads
            let folder = UploadFolder(in: blobs, uploads: rows, most: 1 << 30, log: Log(level: .info, write: { lines.append($0) }))
            let kept: [(id: String, bytes: [UInt8], day: Int64, name: String?)] = [
                ("old", [1, 2, 3], 30, nil), ("young", [4, 5], 40, nil), ("old-file", [6], 9, "a.wav"), ("young-file", [7], 30, "b.wav"),
            ]
            for (id, bytes, day, name) in kept {
                let time = UnixTime(milliseconds: day * 86_400_000)
                try await folder.keep(try await recordings.spooled(bytes), id: id, user: .local, now: time, fileName: name)
            }
            for _ in 0..<2 { await folder.sweep(now: UnixTime(milliseconds: 40 * 86_400_000 + 1)) }
            #expect(try await rows.all() == ["young", "young-file"])
            #expect(lines.entries.count == 2, "\(lines.entries)")
            #expect(lines.entries.first?.contains(" info uploads that nobody asks for any more are deleted count=1 bytes=3 days=1") == true)
            #expect(lines.entries.last?.contains(" info files that their users can list are deleted count=1 bytes=1 days=30") == true)
        }
    }

    @Test func `keeps no file beyond the number of a user's files, and uploads all the same`() async throws {
        let engine = ChunkEngine(.local) { (_, _) async throws(EngineError) in [] }
        try await TestRecordings.with([engine]) { recordings in
            let rows = SQLUploadStore(in: recordings.database), now = UnixTime(milliseconds: 1)
            let folder = UploadFolder(
                in: Blobs(in: recordings.database.directory).uploads, uploads: rows, most: 1 << 30, log: Log(level: .error, write: { _ in }))
            for number in 1..<Upload.maxFiles {
                let file = Upload(id: ID("f\(number)"), user: .local, byteCount: 1, created: now, name: "a.wav")
                #expect(try await rows.add(file, most: .max, userMost: nil) == .added)
            }
            for (id, name, isKept) in [("last", "b.wav", true), ("more", "c.wav", false), ("upload", nil, true)] as [(String, String?, Bool)] {
                let file = try await recordings.spooled([1])
                #expect(try await folder.keep(file, id: id, user: .local, now: now, fileName: name) == isKept, "\(id)")
            }
            #expect(try await rows.all().isDisjoint(with: ["more"]))
        }
    }
}

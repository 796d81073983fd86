import Foundation
import HarkenTesting
import Speech
import Store
import Testing

@Suite struct `A store of blobs` {
    private let folder = TemporaryFolder()

    private func name(_ text: String) throws -> BlobName { try #require(BlobName(text)) }

    private func content(_ name: BlobName, in store: any BlobStore) async throws -> [UInt8]? {
        try await store.content(of: name, maxByteCount: 1 << 24)
    }

    @Test(arguments: BlobStoreKind.allCases) func `returns what was put`(kind: BlobStoreKind) async throws {
        let store = try kind.open(in: folder), bytes = (0..<1_000_000).map { UInt8(truncatingIfNeeded: $0 / 7) }
        try await store.put(bytes, as: name("a"))
        try await store.put([], as: name("empty"))
        #expect(try await content(name("a"), in: store) == bytes)
        #expect(try await content(name("empty"), in: store) == [])
        #expect(try await kind.open(in: folder).find(name("a"))?.byteCount == 1_000_000)
        let file = try #require(try await store.file(of: name("a")))
        #expect(FileManager.default.contents(atPath: file.path) == Data(bytes))
    }

    @Test(arguments: BlobStoreKind.allCases) func `takes a local file over`(kind: BlobStoreKind) async throws {
        let store = try kind.open(in: folder), path = try folder.write(Array("recording".utf8), as: "local")
        #expect(try await store.put(path, as: name("a")) == 9)
        #expect(try await content(name("a"), in: store) == Array("recording".utf8))
        #expect(!FileManager.default.fileExists(atPath: path))
    }

    @Test(arguments: BlobStoreKind.allCases) func `takes a draft over, and removes one that is not put`(kind: BlobStoreKind) async throws {
        let store = try kind.open(in: folder)
        var draft: BlobDraft? = try await store.makeDraft()
        let path = try #require(draft?.path)
        #expect(permissions(of: path) == 0o600)
        try Data("a".utf8).write(to: URL(filePath: path))
        #expect(try await store.all().isEmpty)
        _ = try await store.put(try #require(draft), as: name("a"))
        draft = try await store.makeDraft()
        let other = try #require(draft?.path)
        draft = nil
        #expect(!FileManager.default.fileExists(atPath: other))
        #expect(try await store.all().map(\.name) == [name("a")])
    }

    @Test(arguments: BlobStoreKind.allCases) func `takes a file over from another file system`(kind: BlobStoreKind) async throws {
        let path = "/dev/shm/harken-\(UUID().uuidString)", bytes = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 / 11) }
        try Data(bytes).write(to: URL(filePath: path))
        defer { try? FileManager.default.removeItem(atPath: path) }
        let store = try kind.open(in: folder)
        #expect(try await store.put(path, as: name("a")) == bytes.count)
        #expect(try await content(name("a"), in: store) == bytes)
        #expect(!FileManager.default.fileExists(atPath: path))
    }

    @Test(arguments: BlobStoreKind.allCases) func `reads a range`(kind: BlobStoreKind) async throws {
        let store = try kind.open(in: folder), bytes = (0..<600_000).map { UInt8(truncatingIfNeeded: $0 / 13) }
        try await store.put(bytes, as: name("a"))
        for range in [0..<1, 5..<600_000, 299_999..<300_001, 599_999..<700_000, 600_000..<600_001, 7..<7] {
            let reader = try #require(try await store.read(name("a"), range)), wanted = range.clamped(to: 0..<bytes.count)
            #expect(reader.byteCount == wanted.count)
            var read: [UInt8] = []
            while let piece = try await reader.next() { read += piece }
            #expect(read == Array(bytes[wanted]), "\(range)")
        }
    }

    @Test(arguments: BlobStoreKind.allCases) func `reads on in a blob that is replaced or deleted`(kind: BlobStoreKind) async throws {
        let store = try kind.open(in: folder), old = [UInt8](repeating: 1, count: 700_000)
        try await store.put(old, as: name("a"))
        let reader = try #require(try await store.read(name("a"), nil))
        var read = try #require(try await reader.next())
        try await store.put([UInt8](repeating: 2, count: 700_000), as: name("a"))
        try await store.delete(name("a"))
        while let piece = try await reader.next() { read += piece }
        #expect(read == old)
    }

    @Test(arguments: BlobStoreKind.allCases) func `refuses to read more than the caller expects`(kind: BlobStoreKind) async throws {
        let store = try kind.open(in: folder)
        try await store.put([1, 2, 3], as: name("a"))
        #expect(try await store.content(of: name("a"), maxByteCount: 3) == [1, 2, 3])
        await #expect(throws: StoreError.self) { try await store.content(of: name("a"), maxByteCount: 2) }
    }

    @Test(arguments: BlobStoreKind.allCases) func `knows no blob that was not put or was deleted`(kind: BlobStoreKind) async throws {
        let store = try kind.open(in: folder)
        try await store.delete(name("a"))
        #expect(try await store.all().isEmpty)
        try await store.put([1], as: name("a"))
        try await store.delete(name("a"))
        try await store.delete(name("a"))
        #expect(try await store.find(name("a")) == nil)
        #expect(try await store.file(of: name("a")) == nil)
        #expect(try await store.read(name("a"), nil) == nil)
        #expect(try await content(name("a"), in: store) == nil)
        #expect(try await store.all().isEmpty)
    }

    @Test(arguments: BlobStoreKind.allCases) func `keeps a blob when its successor cannot be put`(kind: BlobStoreKind) async throws {
        let store = try kind.open(in: folder)
        try await store.put([1], as: name("a"))
        await #expect(throws: StoreError.self) { try await store.put(folder.path(of: "nothing"), as: name("a")) }
        await #expect(throws: StoreError.self) { try await store.put(folder.path, as: name("a")) }
        #expect(try await content(name("a"), in: store) == [1])
        #expect(try await store.all().map(\.name) == [name("a")])
    }

    @Test(arguments: BlobStoreKind.allCases) func `lists blobs by pages and by prefix`(kind: BlobStoreKind) async throws {
        let store = try kind.open(in: folder), begin = Date()  // real time: of the files' dates
        for text in ["b2", "a", "b1", "c.json", "B"] { try await store.put([UInt8](repeating: 0, count: text.utf8.count), as: name(text)) }
        let names = { (blobs: [StoredBlob]) in blobs.map(\.name.text) }
        #expect(names(try await store.list(prefix: "", after: nil, limit: 2)) == ["B", "a"])
        #expect(names(try await store.list(prefix: "", after: name("a"), limit: 2)) == ["b1", "b2"])
        #expect(names(try await store.list(prefix: "", after: name("b2"), limit: 2)) == ["c.json"])
        #expect(names(try await store.list(prefix: "b", after: nil, limit: 9)) == ["b1", "b2"])
        #expect(names(try await store.list(prefix: "b", after: name("b1"), limit: 9)) == ["b2"])
        let all = try await store.all()
        #expect(all.map(\.byteCount) == [1, 1, 2, 2, 6])
        #expect(all.allSatisfy { abs(Double($0.changed.milliseconds) / 1_000 - begin.timeIntervalSince1970) < 60 })
    }

    @Test func `says why its folder cannot be listed`() async throws {
        let file = try folder.write([1], as: "file")
        for path in [file, file + "/blobs"] {
            await #expect(throws: StoreError.notUsable(path: path, reason: "not a directory")) { try await FolderBlobStore(path).all() }
        }
        #expect(try await FolderBlobStore(folder.path(of: "nowhere/blobs")).all().isEmpty)
    }

    @Test(arguments: BlobStoreKind.allCases) func `has one whole content after several puts at once`(kind: BlobStoreKind) async throws {
        let store = try kind.open(in: folder), name = try name("a")
        try await withThrowingTaskGroup(of: Void.self) { group in
            for value in UInt8(1)...32 { group.addTask { try await store.put([UInt8](repeating: value, count: 20_000), as: name) } }
            for _ in 0..<32 {
                group.addTask {
                    guard let read = try await store.content(of: name, maxByteCount: 1 << 20) else { return }
                    #expect(read.count == 20_000 && Set(read).count == 1)
                }
            }
            try await group.waitForAll()
        }
        #expect(try await store.all().map(\.byteCount) == [20_000])
    }

    private static let program = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent().appendingPathComponent("crash-blobs").path

    // The stores in an object storage put into a folder first.
    @Test(.hangLimit, arguments: [BlobStoreKind.folder])
    func `has whole blobs only after a process was killed while it put some`(kind: BlobStoreKind) async throws {
        var generator = SeededGenerator(seed: 4), told: [String: UInt32] = [:], drafts = 0
        for life in 0..<8 {
            let child = try ChildProcess([Self.program, folder.path(of: "blobs"), "\(life)"])
            // The kill comes behind any of the first puts, while others are at work: the program does not end of itself.
            let count = Int.random(in: 1...40, using: &generator)
            try await until { child.diagnostics.count { $0 == "\n" } >= count || !child.isRunning }
            child.signal(SIGKILL)
            let outcome = await child.outcome()
            #expect(outcome.status == 128 + SIGKILL, "\(outcome.diagnostics.suffix(500))")
            for line in outcome.diagnostics.split(separator: "\n") where line.hasPrefix("put ") {
                let words = line.split(separator: " ")
                if words.count == 3, let value = UInt32(words[2]) { told[String(words[1])] = value }
            }
            let store = try kind.open(in: folder)
            drafts += try self.drafts()
            try await store.prepare()
            #expect(try self.drafts() == 0)
            for blob in try await store.list(prefix: "\(life)-", after: nil, limit: 100) {
                let bytes = try #require(try await content(blob.name, in: store))
                let value = bytes.prefix(4).reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
                #expect(Data(bytes) == [UInt32](repeating: value.littleEndian, count: 75_000).withUnsafeBytes { Data($0) })
                // A name is put again and again; the last put may not have been told.
                #expect(value >= told[blob.name.text, default: 1])
            }
            #expect(Set(try await store.all().map(\.name.text)).isSuperset(of: told.keys))
        }
        #expect(drafts > 0, "some kills came in the middle of a put")
    }

    private func drafts() throws -> Int {
        try FileManager.default.contentsOfDirectory(atPath: folder.path(of: "blobs")).count { $0.hasPrefix(".") }
    }
}

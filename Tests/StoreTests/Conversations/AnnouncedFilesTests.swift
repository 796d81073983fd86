import Conversations
import HarkenTesting
import Speech
import Store
import Synchronization
import Testing

@Suite(.hangLimit) struct `A file that is announced` {
    /// A time of day that a test moves.
    private final class Clock: Sendable {
        private let seconds = Mutex<Double>(0)

        var now: UnixTime { .at(seconds.withLock { $0 }) }

        func advance(by more: Double) { seconds.withLock { $0 += more } }
    }

    private let folder = TemporaryFolder(), clock = Clock()

    private func open(_ kind: StoreKind) throws -> Stores { try kind.backEnd(in: folder).stores(now: { [clock] in clock.now }) }

    private func put(_ file: String, _ blobs: Blobs) async throws { try await blobs.audio.put([1, 2, 3], as: try #require(BlobName(file))) }

    private func isThere(_ file: String, _ blobs: Blobs) async throws -> Bool { try await blobs.audio.find(try #require(BlobName(file))) != nil }

    private func audio(_ file: String) -> StoredAudio {
        StoredAudio(file: file, start: .zero, duration: .seconds(1), byteCount: 3, created: .at(0))
    }

    @Test(arguments: StoreKind.allCases) func `is deleted when it is due and nothing has named it`(kind: StoreKind)
        async throws
    {
        let stores = try open(kind)
        try await stores.conversations.announce("left.opus", for: .seconds(3_600))
        try await put("left.opus", stores.blobs)
        clock.advance(by: 3_000)
        try await stores.conversations.deleteUnnamedFiles()
        #expect(try await isThere("left.opus", stores.blobs))
        // The next start may find its place.
        #expect(try await stores.conversations.unnamed(["left.opus", "other.opus"]) == ["left.opus", "other.opus"])
        #expect(try await stores.conversations.unknown(["left.opus", "other.opus"]) == ["other.opus"])
        try await put("other.opus", stores.blobs)
        let unknown = try await UnknownAudio(among: stores.blobs.audio.all(), of: stores.conversations)
        #expect(unknown == UnknownAudio(files: 1, bytes: 3))
        clock.advance(by: 700)
        // The next process.
        let later = try open(kind)
        try await later.conversations.settle()
        #expect(try await isThere("left.opus", later.blobs))
        try await later.conversations.deleteUnnamedFiles()
        #expect(try await !isThere("left.opus", later.blobs))
    }

    @Test(arguments: StoreKind.allCases) func `stays when a row has named it`(kind: StoreKind) async throws {
        let stores = try open(kind), store = stores.conversations, id = ID<Conversation>("c")
        _ = try await store.begin(.of(.ann, "c", .said("s", "hello")))
        for file in ["added.opus", "new.opus", "sample.opus"] {
            try await store.announce(file, for: .seconds(3_600))
            try await put(file, stores.blobs)
        }
        #expect(try await store.add(audio("added.opus"), to: id, of: .ann))
        let sample = SpeechSample(id: ID("x"), owner: .user, file: "sample.opus", duration: .seconds(9), voiceprint: try .of(1), created: .at(0))
        #expect(try await store.add(sample, of: .ann))
        #expect(try await store.replace("added.opus", by: audio("new.opus"), in: id, of: .ann))
        clock.advance(by: 4_000)
        try await store.deleteUnnamedFiles()
        try await store.settle()
        #expect(try await isThere("new.opus", stores.blobs))
        #expect(try await isThere("sample.opus", stores.blobs))
        #expect(try await !isThere("added.opus", stores.blobs))
    }
}

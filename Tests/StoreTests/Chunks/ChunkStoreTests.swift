import Conversations
import HarkenTesting
import Speech
import Store
import Testing

@Suite struct `A store of chunks` {
    private let folder = TemporaryFolder()
    private let name = "c1"

    private func recording(_ user: ID<User> = .ann) -> StoredRecording {
        StoredRecording(user: user, conversation: name, state: "open", language: .english, pause: .seconds(120))
    }

    private func chunk(_ id: String, record: String? = nil) -> StoredChunk {
        StoredChunk(id: id, hash: "hash", start: .seconds(3), duration: .milliseconds(1_500), run: record.map { _ in ID("run" + id) }, record: record)
    }

    private func run(_ id: String) -> UsageRecord {
        var generator = SeededGenerator(seed: 1)
        var run = UsageRecord.random(1, by: &generator)
        run.id = ID("run" + id)
        return run
    }

    /// Reserves a chunk unless its name is taken.
    private func reserve(_ chunk: StoredChunk, _ store: any ChunkStore) async throws -> (verdict: String, known: StoredChunk?)? {
        try await store.reserve(chunk, in: name, of: .ann) { known, recording in (recording.state, known == nil) }
    }

    @Test(arguments: StoreKind.allCases) func `keeps a recording under its user's name for it`(kind: StoreKind) async throws {
        let store = try kind.stores(in: folder).chunks
        #expect(try await store.begin(recording(), now: .at(0)))
        #expect(try await !store.begin(recording(), now: .at(1)))
        #expect(try await store.begin(recording(.bob), now: .at(0)))
        #expect(try await store.find(name, of: .ann) == recording())
        #expect(try await store.find("c2", of: .ann) == nil)
        #expect(try await store.standing("open", isAbandoned: false).map(\.user.rawValue).sorted() == ["ann", "bob"])
    }

    @Test(arguments: StoreKind.allCases) func `moves a recording from the states that are named`(kind: StoreKind) async throws {
        let store = try kind.stores(in: folder).chunks
        _ = try await store.begin(recording(), now: .at(0))
        #expect(try await !store.move(name, of: .ann, from: ["paused"], to: "finishing", now: .at(1)))
        #expect(try await !store.move(name, of: .bob, from: ["open"], to: "finishing", now: .at(1)))
        #expect(try await store.move(name, of: .ann, from: ["paused", "open"], to: "finishing", now: .at(1)))
        #expect(try await store.find(name, of: .ann)?.state == "finishing")
    }

    @Test(arguments: StoreKind.allCases) func `reserves a chunk's name once`(kind: StoreKind) async throws {
        let store = try kind.stores(in: folder).chunks
        #expect(try await reserve(chunk("a"), store) == nil, "there is no recording")
        _ = try await store.begin(recording(), now: .at(0))
        let first = try await reserve(chunk("a"), store)
        #expect(first?.verdict == "open" && first?.known == nil)
        #expect(try await reserve(chunk("a"), store)?.known == chunk("a"))
        #expect(try await store.underWay(name, of: .ann) == 1)
        try await store.release("a", in: name, of: .ann)
        #expect(try await store.underWay(name, of: .ann) == 0)
        #expect(try await reserve(chunk("a"), store)?.known == nil)
    }

    @Test(arguments: StoreKind.allCases) func `stores a chunk with its run, once`(kind: StoreKind) async throws {
        let stores = try kind.stores(in: folder)
        _ = try await stores.chunks.begin(recording(), now: .at(0))
        for id in ["a", "b"] { _ = try await reserve(chunk(id), stores.chunks) }
        #expect(try await stores.chunks.accept(chunk("a", record: "words"), run("a"), in: name, of: .ann, now: .at(1)) == [])
        #expect(
            try await stores.chunks.accept(chunk("b", record: "more"), run("b"), in: name, of: .ann, now: .at(2)) == [chunk("a", record: "words")])
        #expect(try await stores.chunks.accept(chunk("a", record: "again"), run("a"), in: name, of: .ann, now: .at(3)) == nil)
        let accepted = try await stores.chunks.accepted(name, of: .ann, unless: "finished") ?? []
        #expect(Set(accepted.compactMap(\.record)) == ["words", "more"])
        try await stores.usage.bookAll()
        #expect(try await stores.usage.runs().map(\.id.rawValue) == ["runa", "runb"])
    }

    @Test(arguments: StoreKind.allCases) func `finds the chunks whose records have a text, to the letter`(kind: StoreKind) async throws {
        let store = try kind.stores(in: folder).chunks, text = #""notices":["#
        #expect(try await store.accepted(name, of: .ann, having: text) == [], "there is no recording")
        _ = try await store.begin(recording(), now: .at(0))
        let records = ["a": #"{"notices":["cut"]}"#, "b": #"{"words":[]}"#, "c": #"{"words":["notices"]}"#, "d": #"{"Notices":[]}"#]
        for id in ["a", "b", "c", "d", "e"] { _ = try await reserve(chunk(id), store) }
        for (id, record) in records { _ = try await store.accept(chunk(id, record: record), run(id), in: name, of: .ann, now: .at(1)) }
        #expect(try await store.accepted(name, of: .ann, having: text) == [chunk("a", record: #"{"notices":["cut"]}"#)])
        #expect(try await store.accepted(name, of: .bob, having: text) == [])
        #expect(try await store.accepted("c2", of: .ann, having: text) == [])
    }

    @Test(arguments: StoreKind.allCases) func `notes the run of a chunk that nobody waits for`(kind: StoreKind) async throws {
        let stores = try kind.stores(in: folder)
        #expect(try await stores.chunks.accept(chunk("a", record: "words"), run("a"), in: name, of: .ann, now: .at(1)) == nil)
        try await stores.usage.bookAll()
        #expect(try await stores.usage.runs().count == 1)
    }

    @Test(arguments: StoreKind.allCases) func `empties what is finished and still knows its chunks`(kind: StoreKind) async throws {
        let store = try kind.stores(in: folder).chunks
        _ = try await store.begin(recording(), now: .at(0))
        _ = try await reserve(chunk("a"), store)
        _ = try await store.accept(chunk("a", record: "words"), run("a"), in: name, of: .ann, now: .at(1))
        try await store.finish(name, of: .ann, from: ["open"], to: "finished", now: .at(2)) { _ in "" }
        #expect(try await store.accepted(name, of: .ann, unless: "finished") == nil)
        #expect(try await reserve(chunk("a"), store)?.known?.record == "")
    }

    @Test(arguments: StoreKind.allCases) func `names recordings that are quiet`(kind: StoreKind) async throws {
        let store = try kind.stores(in: folder).chunks
        _ = try await store.begin(recording(), now: .at(0))
        #expect(try await store.quiet(since: .at(0), state: "open").isEmpty)
        #expect(try await store.quiet(since: .at(10), state: "open").map(\.conversation) == [name])
        _ = try await reserve(chunk("a"), store)
        #expect(try await store.quiet(since: .at(10), state: "open").isEmpty, "a chunk is being recognised")
        _ = try await store.accept(chunk("a", record: "words"), run("a"), in: name, of: .ann, now: .at(20))
        #expect(try await store.quiet(since: .at(20), state: "open").isEmpty)
        #expect(try await store.quiet(since: .at(21), state: "open").map(\.conversation) == [name])
    }

    @Test(arguments: StoreKind.allCases) func `frees chunks after a start and forgets what was finished long ago`(kind: StoreKind) async throws {
        do {
            let store = try kind.stores(in: folder).chunks
            _ = try await store.begin(recording(), now: .at(0))
            _ = try await reserve(chunk("a"), store)
        }
        let store = try kind.stores(in: folder).chunks
        try await store.recover(now: .at(0))
        #expect(try await store.underWay(name, of: .ann) == 0)
        try await store.finish(name, of: .ann, from: ["open"], to: "finished", now: .at(0)) { $0 }
        try await store.recover(now: .at(0) + StoredRecording.retention)
        #expect(try await store.find(name, of: .ann) != nil)
        try await store.recover(now: .at(1) + StoredRecording.retention)
        #expect(try await store.find(name, of: .ann) == nil)
    }

    @Test(arguments: StoreKind.allCases) func `loses a conversation's words when it is deleted`(kind: StoreKind) async throws {
        let stores = try kind.stores(in: folder)
        _ = try await stores.conversations.begin(.of(.ann, name, .said("s1", "words")))
        _ = try await stores.chunks.begin(recording(), now: .at(0))
        _ = try await reserve(chunk("a"), stores.chunks)
        _ = try await stores.chunks.accept(chunk("a", record: "words"), run("a"), in: name, of: .ann, now: .at(1))
        #expect(try await stores.conversations.delete(ID<Conversation>(name), of: .ann))
        #expect(try await stores.chunks.find(name, of: .ann)?.state == "finished")
        #expect(try await stores.chunks.accepted(name, of: .ann, unless: "open") == [])
    }
}

import Conversations
import Foundation
import HarkenTesting
@testable import Recordings
import Speech
import Store
import Testing

@Suite(.hangLimit) struct `Recordings in chunks` {
    /// An engine that says the same word in each chunk, 6 s after the chunk's start.
    private let engine = ChunkEngine(.local) { (_, _) async throws(EngineError) in [.at(6, "Hello.")] }

    /// Waits until it is let, and says a word.
    private func waiting(for gate: AsyncStream<Void>, _ word: String) -> ChunkEngine {
        ChunkEngine(.local) { (count, _) async throws(EngineError) in
            if count == 0 { for await _ in gate { break } }
            return [.at(1, word)]
        }
    }

    private func code(of body: () async throws -> Void) async -> String? {
        do { try await body() } catch { return (error as? ChunkedRecordingError)?.code }
        return nil
    }

    @Test func `become one conversation, each word at its place`() async throws {
        try await TestRecordings.with([engine]) { recordings in
            let place = try await recordings.begin()
            _ = try await recordings.send("a", at: 0, of: place)
            _ = try await recordings.send("b", at: 29_000, of: place)
            let done = try #require(try await recordings.finish(place))
            #expect(done.texts == ["Hello.", "Hello."] && done.segments.map(\.start) == [.seconds(6), .seconds(35)])
            #expect(done.status == .completed)
            #expect(try await recordings.finish(place)?.texts == done.texts)
        }
    }

    @Test(arguments: [(nil, 1), ("0", 0)])
    func `keep their audio unless their user has chosen that none is kept`(days: String?, files: Int) async throws {
        try await TestRecordings.with([engine]) { recordings in
            try await recordings.store.set("audio_days", to: days, of: .local)
            let place = try await recordings.begin()
            _ = try await recordings.send("a", at: 0, of: place)
            _ = try await recordings.finish(place)
            #expect(try await recordings.store.audio(of: ID(place.conversation), of: .local).count == files)
            let kept = (try? FileManager.default.contentsOfDirectory(atPath: recordings.database.directory.audio)) ?? []
            #expect(kept.count == files)
        }
    }

    @Test func `have each chunk recognized once, however often it is sent`() async throws {
        try await TestRecordings.with([engine]) { recordings in
            let place = try await recordings.begin()
            let first = try await recordings.send("a", at: 0, of: place), again = try await recordings.send("a", at: 0, of: place)
            #expect(!first.isDuplicate && again.isDuplicate && again.run == first.run)
            for (fill, start) in [(UInt8(1), 0), (0, 500)] {
                #expect(await code { _ = try await recordings.send("a", at: start, of: place, fill: fill) } == "chunk_mismatch")
            }
            #expect(engine.count == 1)
        }
    }

    @Test func `take a chunk once that comes twice at once`() async throws {
        let (gate, open) = AsyncStream.makeStream(of: Void.self)
        let engine = waiting(for: gate, "once")
        try await TestRecordings.with([engine]) { recordings in
            let place = try await recordings.begin()
            async let first = recordings.send("a", at: 0, of: place)
            try await until { engine.count == 1 }
            await #expect(throws: ChunkedRecordings.inProgress) { try await recordings.send("a", at: 0, of: place) }
            open.yield()
            #expect(try await !first.isDuplicate)
            #expect(try await recordings.send("a", at: 0, of: place).isDuplicate)
            #expect(engine.count == 1)
        }
    }

    @Test func `are whole when twenty chunks come at once in any order`() async throws {
        let engine = ChunkEngine(.local) { (_, options) async throws(EngineError) in [.at(1, options.keyterms.first ?? "")] }
        try await TestRecordings.with([engine]) { recordings in
            let place = try await recordings.begin()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in (0..<20).shuffled() {
                    group.addTask {
                        _ = try await recordings.send("c\(number)", at: number * 14_500, of: place, seconds: 2, keyterms: ["W\(number)."])
                    }
                }
                try await group.waitForAll()
            }
            #expect(try await recordings.finish(place)?.texts == (0..<20).map { "W\($0)." })
        }
    }

    @Test func `wait at their end for what is being recognized, and take nothing new`() async throws {
        let (gate, open) = AsyncStream.makeStream(of: Void.self)
        let engine = waiting(for: gate, "Late.")
        try await TestRecordings.with([engine]) { recordings in
            let place = try await recordings.begin()
            async let chunk = recordings.send("a", at: 0, of: place)
            try await until { engine.count == 1 }
            async let end = recordings.finish(place)
            // The end has begun when nothing new is taken.
            try await until {
                await code { _ = try await recordings.send("x\(engine.count)", at: 60_000 + engine.count, of: place) } == "conversation_finished"
            }
            open.yield()
            #expect(try await !chunk.isDuplicate)
            #expect(try await end?.texts.contains("Late.") == true)
            #expect(try await recordings.send("a", at: 0, of: place).isDuplicate)
        }
    }

    @Test func `begin when their client says, and end with their sound`() async throws {
        try await TestRecordings.with([engine]) { recordings in
            let started = recordings.services.now() + .seconds(-86_400)
            let place = try await recordings.begin(started: started)
            _ = try await recordings.send("a", at: 0, of: place)
            _ = try await recordings.send("b", at: 60_000, of: place)
            let done = try #require(try await recordings.finish(place))
            #expect(done.started == started && done.finished == started + .seconds(75))
        }
    }

    @Test func `begin early enough to end when they come, whatever their client says`() async throws {
        try await TestRecordings.with([engine]) { recordings in
            let before = recordings.services.now()
            let place = try await recordings.begin(started: before)
            // The chunks come in no order, and none of them in the future.
            for (name, start) in [("b", 60_000), ("c", 120_000), ("a", 0)] {
                _ = try await recordings.send(name, at: start, of: place)
                let current = try #require(try await recordings.store.conversation(ID(place.conversation), of: place.user))
                #expect(current.finished <= recordings.services.now())
            }
            let done = try #require(try await recordings.finish(place)), now = recordings.services.now()
            #expect(done.started >= before + .seconds(-135) && done.finished <= now && done.finished - done.started == .seconds(135))
        }
    }

    @Test func `are not taken up by a live session of their source`() async throws {
        try await TestRecordings.with([engine]) { recordings in
            let place = try await recordings.begin()
            _ = try await recordings.send("a", at: 0, of: place)
            #expect(try await recordings.store.inProgress(of: place.user, source: "desktop", device: nil) == nil)
            let live = Conversation(
                id: ID("live"), user: place.user, source: "desktop", started: recordings.services.now(), finished: recordings.services.now())
            _ = try await recordings.store.begin(live)
            #expect(try await recordings.store.inProgress(of: place.user, source: "desktop", device: nil)?.id == live.id)
        }
    }

    @Test func `are no conversation when nothing was said`() async throws {
        try await TestRecordings.with([ChunkEngine(.local) { (_, _) async throws(EngineError) in [] }]) { recordings in
            let place = try await recordings.begin()
            _ = try await recordings.send("a", at: 0, of: place)
            #expect(try await recordings.finish(place) == nil)
            #expect(try await recordings.finish(place) == nil)
        }
    }

    @Test func `go on after a restart`() async throws {
        let folder = TemporaryFolder()
        var begun: ChunkedRecordings.Place?
        try await TestRecordings.with([engine], in: folder) { recordings in
            let place = try await recordings.begin()
            begun = place
            _ = try await recordings.send("a", at: 0, of: place)
        }
        let place = try #require(begun)
        try await TestRecordings.with([engine], in: folder) { recordings in
            await recordings.services.chunked.recover(recordings.services)
            #expect(try await recordings.send("a", at: 0, of: place).isDuplicate)
            _ = try await recordings.send("b", at: 20_000, of: place)
            #expect(try await recordings.finish(place)?.texts == ["Hello.", "Hello."])
        }
    }

    @Test func `are completed after a restart that cut off their end`() async throws {
        let folder = TemporaryFolder()
        var begun: ChunkedRecordings.Place?
        try await TestRecordings.with([engine], in: folder) { recordings in
            let place = try await recordings.begin()
            begun = place
            _ = try await recordings.send("a", at: 0, of: place)
            // As it stands in the middle of `finish`.
            let now = UnixTime(milliseconds: 2_000_000_000_000)
            let all = recordings.services.chunked.recordings
            #expect(try await all.move(place.conversation, of: .local, from: ["open"], to: "finishing", now: now))
            #expect(try await recordings.store.write(ConversationUpdate(ID(place.conversation), status: .processing), of: .local))
        }
        let place = try #require(begun)
        try await TestRecordings.with([engine], in: folder) { recordings in
            await recordings.services.chunked.recover(recordings.services)
            try await until { try await recordings.status(of: place) == .completed }
            #expect(try await recordings.finish(place)?.texts == ["Hello."])
        }
    }

    @Test(arguments: [false, true])
    func `leave nothing in the store when their conversation is deleted`(isFinished: Bool) async throws {
        try await TestRecordings.with([ChunkEngine(.local) { (_, _) async throws(EngineError) in [.at(6, "Cormorant.")] }]) { recordings in
            let place = try await recordings.begin(), all = recordings.services.chunked.recordings
            _ = try await recordings.send("a", at: 0, of: place)
            if isFinished { _ = try await recordings.finish(place) }
            #expect(try await all.records(of: place.conversation, .local).contains { $0.contains("Cormorant") } == !isFinished)
            #expect(try await recordings.store.delete(ID<Conversation>(place.conversation), of: .local))
            #expect(try await all.records(of: place.conversation, .local) == [])
            #expect(await code { _ = try await recordings.send("b", at: 15_000, of: place) } == "conversation_finished")
        }
    }

    @Test func `are ended when they were forgotten for a week`() async throws {
        try await TestRecordings.with([engine]) { recordings in
            let old = try await recordings.begin(), new = try await recordings.begin()
            for place in [old, new] { _ = try await recordings.send("a", at: 0, of: place) }
            try await recordings.database.write { (connection) throws(StoreError) in
                try connection.run("UPDATE background_recordings SET since = 1 WHERE conversation = ?", [.text(old.conversation)])
                try connection.run("UPDATE background_chunks SET accepted_at = 1 WHERE conversation = ?", [.text(old.conversation)])
            }
            await recordings.services.chunked.endForgotten(recordings.services)
            #expect(try await recordings.status(of: old) == .completed)
            #expect(try await recordings.status(of: new) == .inProgress)
        }
    }
}

extension ChunkStore {
    /// What is kept of a recording's chunks.
    fileprivate func records(of conversation: String, _ user: ID<User>) async throws -> [String] {
        try await accepted(conversation, of: user, unless: "none")?.compactMap(\.record) ?? []
    }
}

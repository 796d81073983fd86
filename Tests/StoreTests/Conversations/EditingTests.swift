import Conversations
import HarkenTesting
import Speech
import Store
import Testing

@Suite struct `Conversations edited by hand` {
    private let folder = TemporaryFolder()
    private let one = ID<Conversation>("c1"), two = ID<Conversation>("c2")

    @Test(arguments: StoreKind.allCases) func `are merged at their times of day, speakers of the same voice together`(kind: StoreKind) async throws {
        let store = try kind.open(in: folder)
        let voice = try await store.add(NewVoice(id: ID("v1"), voiceprint: .of(1), evidence: .seconds(9), created: .at(0)), of: .ann)
        let first = Conversation.of(.ann, "c1", at: 100, .said("s1", "late", at: 1, speaker: 0, .voice(voice.id)))
        let second = Conversation.of(
            .ann, "c2", at: 60, .said("s2", "early", at: 2, speaker: 1, .voice(voice.id)), .said("s3", "other", at: 5, speaker: 0))
        for conversation in [first, second] { _ = try await store.begin(conversation) }
        #expect(try await store.add(StoredAudio(file: "a", start: .zero, duration: .seconds(9), byteCount: 5, created: .at(0)), to: one, of: .ann))
        #expect(try await store.merge(two, into: one, of: .bob) == nil)
        #expect(try await store.merge(two, into: ID("c3"), of: .ann) == nil)
        let merged = try #require(try await store.merge(two, into: one, of: .ann))
        #expect(merged.id == one && merged.started == .at(60) && merged.finished == .at(160))
        #expect(merged.segments.map(\.text) == ["early", "other", "late"])
        #expect(merged.segments.map(\.start) == [.seconds(2), .seconds(5), .seconds(41)])
        #expect(merged.segments.map { $0.words[0].start } == [.seconds(2), .seconds(5), .seconds(41)])
        #expect(merged.segments.map { $0.speaker?.number } == [0, 1, 0])
        #expect(try await store.conversation(one, of: .ann) == merged)
        #expect(try await store.conversation(two, of: .ann) == nil)
        #expect(try await store.audio(of: one, of: .ann).map(\.start) == [.seconds(40)])
        #expect(try await store.list(ConversationQuery(), of: .ann).conversations.count == 1)
    }

    @Test(arguments: StoreKind.allCases) func `are split, and both parts keep their times of day and share the audio`(kind: StoreKind) async throws {
        let store = try kind.open(in: folder)
        let whole = Conversation.of(
            .ann, "c1", at: 100, .said("s1", "one", at: 0, .user), .said("s2", "two", at: 4, .user), .said("s3", "three", at: 6))
        _ = try await store.begin(whole)
        let audio = StoredAudio(file: "a", start: .zero, duration: .seconds(9), byteCount: 5, created: .at(0))
        #expect(try await store.add(audio, to: one, of: .ann))
        #expect(try await store.split(one, at: ID("s2"), new: two, of: .bob) == nil)
        #expect(try await store.split(one, at: ID("s9"), new: two, of: .ann) == nil)
        await #expect(throws: StoreError.self) { try await store.split(one, at: ID("s1"), new: two, of: .ann) }
        await #expect(throws: StoreError.self) { try await store.split(one, at: ID("s2"), new: one, of: .ann) }
        let parts = try #require(try await store.split(one, at: ID("s2"), new: two, of: .ann))
        #expect(parts.earlier.segments.map(\.text) == ["one"] && parts.earlier.started == .at(100) && parts.earlier.finished == .at(101))
        #expect(parts.later.segments.map(\.text) == ["two", "three"] && parts.later.started == .at(104))
        #expect(parts.later.segments.map(\.start) == [.zero, .seconds(2)] && parts.later.segments[1].words[0].start == .seconds(2))
        #expect(try await store.audio(of: two, of: .ann).map(\.start) == [.seconds(-4)])
        #expect(try await store.list(ConversationQuery(speaker: .user), of: .ann).conversations.map(\.id) == [two, one])
        // And back.
        let merged = try #require(try await store.merge(two, into: one, of: .ann))
        #expect(merged.segments == whole.segments && merged.started == whole.started && merged.finished == whole.finished)
    }

    @Test(arguments: StoreKind.allCases) func `are neither merged nor split while they are live`(kind: StoreKind) async throws {
        let store = try kind.open(in: folder)
        _ = try await store.begin(.of(.ann, "c1", status: .inProgress, .said("s1", "one"), .said("s2", "two", at: 2)))
        _ = try await store.begin(.of(.ann, "c2"))
        await #expect(throws: StoreError.self) { try await store.merge(two, into: one, of: .ann) }
        await #expect(throws: StoreError.self) { try await store.merge(one, into: two, of: .ann) }
        await #expect(throws: StoreError.self) { try await store.split(one, at: ID("s2"), new: ID("c3"), of: .ann) }
        #expect(try await store.conversation(one, of: .ann)?.segments.count == 2)
    }

    @Test(arguments: StoreKind.allCases) func `are deleted for their owner only, and can be begun anew`(kind: StoreKind) async throws {
        let store = try kind.open(in: folder)
        for user in [ID<User>.ann, .bob] { _ = try await store.begin(.of(user, "c1", .said("s1", "one"))) }
        #expect(try await !store.delete(two, of: .ann))
        #expect(try await store.delete(one, of: .ann))
        #expect(try await !store.delete(one, of: .ann))
        #expect(try await store.conversation(one, of: .ann) == nil)
        #expect(try await store.conversation(one, of: .bob)?.segments.count == 1)
        #expect(try await store.begin(.of(.ann, "c1")))
        try await store.settle()
    }
}

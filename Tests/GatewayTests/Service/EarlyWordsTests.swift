import Conversations
import Foundation
import HarkenTesting
import Net
import Speech
import Store
import Synchronization
import Testing

@testable import Gateway

@Suite struct `What is said before it is known which conversation it belongs to` {
    private final class Shown: Sendable {
        private let events = Mutex<[ConversationEvent]>([])

        func add(_ event: ConversationEvent) { events.withLock { $0.append(event) } }
        var all: [ConversationEvent] { events.withLock { $0 } }
    }

    private let anna = Person(id: ID("anna"), name: "Anna", created: UnixTime(milliseconds: 0))

    private func with(
        _ body: (SQLiteConversationStore, LoopBound<LiveConversation>, Shown) async throws -> Void
    ) async throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "harken-early-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let database = try SQLiteDatabase(in: DataDirectory(creating: directory))
        let store = SQLiteConversationStore(in: database, now: { TestGateway.time })
        let desk = ConversationDesk(
            store: store, audioFolder: database.directory.audio, audioDays: 0, texts: nil, summaries: nil, voices: TestEars(), detecting: nil,
            speakerPatience: .seconds(120), poll: .seconds(3_600), completionWaits: [], listener: { nil }, newPath: { directory + "/heard" },
            log: Log(level: .error), metrics: Metrics(), newID: { UUID().uuidString.lowercased() }, now: { TestGateway.time })
        let group = try LoopGroup(count: 1)
        defer { group.shutdown() }
        let loop = group.loops[0], shown = Shown()
        // It is not started: when it is known which conversation it is, the test says.
        let conversation = await loop.run {
            LoopBound(
                LiveConversation(
                    session: ID("session"), user: .local, request: ConversationRequest(endsWithSession: true), language: nil,
                    started: TestGateway.time, rate: .speech, channels: 1, desk: desk, loop: loop,
                    audio: { [Int16](repeating: 8_000, count: Int($0.count.samples)) }, show: shown.add), on: loop)
        }
        try await body(store, conversation, shown)
    }

    /// One each second.
    private func say(_ words: Int, _ conversation: LoopBound<LiveConversation>) async throws {
        let isHeard = Flag()
        await conversation.loop.run {
            _ = conversation.withValue { conversation in
                for second in 0..<words {
                    let range = SampleRange(SampleIndex(Int64(16_000 * second)), count: SampleCount(16_000))
                    conversation.committed([Word("w\(second + 1)", range, confidence: 1)], in: .first, by: .local, model: nil)
                }
                conversation.settled { isHeard.set() }
            }
        }
        try await until { isHeard.isSet }
    }

    @Test func `is told whose voice it is in as soon as that is known`() async throws {
        let voice = Voice(
            id: ID("voice"), number: 1, owner: .person(anna.id), voiceprint: try #require(Voiceprint([1, 0], model: "sign")),
            evidence: .seconds(8), created: UnixTime(milliseconds: 0))
        let known = KnownVoices([voice], [anna], owner: nil, revision: 1)
        try await with { _, conversation, shown in
            try await say(8, conversation)
            await conversation.loop.run { _ = conversation.withValue { $0.hear(.found(nil, last: nil, known)) } }
            let suggested = shown.all.compactMap { event in if case .suggested(let suggestion) = event { suggestion.who } else { nil } }
            #expect(suggested == [.person(anna.id)])
            await conversation.loop.run { _ = conversation.withValue { $0.ended(inOrder: true) } }
        }
    }

    @Test func `is stored though the session is over by then, and so is what its client heard`() async throws {
        try await with { store, conversation, _ in
            try await say(2, conversation)
            await conversation.loop.run {
                _ = conversation.withValue { conversation in
                    let heard = SuggestedSegment("and this", start: .seconds(9), end: .seconds(10))
                    conversation.command(.transcript([heard], engine: nil))
                    conversation.concluded {}
                    conversation.ended(inOrder: true)
                    conversation.hear(.found(nil, last: nil, KnownVoices([], [], owner: nil, revision: 1)))
                }
            }
            var texts: [String] = []
            try await until {
                guard let id = try await store.lastCompleted(of: .local) else { return false }
                texts = try await store.conversation(id, of: .local)?.segments.map(\.text) ?? []
                return true
            }
            #expect(texts.joined(separator: " ") == "w1 w2 and this")
        }
    }
}

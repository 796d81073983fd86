import Conversations
import HarkenTesting
@testable import Live
@testable import Observability
import Speech
import Store
import Testing

@Suite struct `The days of deleted conversations` {
    private let id = ID<Conversation>("c")

    private func begin(in store: any ConversationStores) async throws {
        let time = UnixTime(milliseconds: 86_400_000)
        _ = try await store.begin(Conversation(id: id, user: .local, status: .completed, source: "test", started: time, finished: time, segments: []))
    }

    @Test func `are seven from the deletion, and then the hourly work deletes for good, with a line of log`() async throws {
        let lines = SharedLog()
        try await WaitingConversation.with(log: Log(level: .info, write: { lines.append($0) })) { conversation in
            let service = conversation.service, store = service.store
            try await begin(in: store)
            #expect(try await service.delete(id, of: .local, forGood: false) == .kept)
            #expect(try await service.delete(id, of: .local, forGood: false) == nil)
            let kept = try #require(try await store.deletedConversations(of: .local, after: nil, limit: 9).conversations.first)
            let days = Duration.seconds(7 * 86_400)
            #expect((days - .seconds(60)...days + .seconds(60)).contains(kept.keptUntil - kept.deleted))
            await service.endDeletions(now: kept.keptUntil + .milliseconds(-1))
            #expect(try await store.deletedConversations(of: .local, after: nil, limit: 9).conversations == [kept])
            #expect(lines.entries.isEmpty)
            await service.endDeletions(now: kept.keptUntil)
            #expect(try await store.deletedConversations(of: .local, after: nil, limit: 9).conversations.isEmpty)
            #expect(lines.entries.count == 1 && lines.entries[0].hasSuffix("are gone for good count=1\n"), "\(lines.entries)")
        }
    }

    @Test func `end at once when a conversation is deleted for good`() async throws {
        try await WaitingConversation.with { conversation in
            let service = conversation.service, store = service.store
            for isKeptBefore in [false, true] {
                try await begin(in: store)
                if isKeptBefore { #expect(try await service.delete(id, of: .local, forGood: false) == .kept) }
                #expect(try await service.delete(id, of: .local, forGood: true) == .forGood)
                #expect(try await store.deletedConversations(of: .local, after: nil, limit: 9).conversations.isEmpty)
                #expect(try await !store.restore(id, of: .local))
            }
        }
    }
}

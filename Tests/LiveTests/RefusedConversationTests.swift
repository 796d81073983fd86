import Conversations
import HarkenTesting
@testable import Live
import Speech
import Store
import Synchronization
import Testing

@Suite(.hangLimit) struct `A conversation of a user whom another process deletes` {
    @Test func `ends the session, and no other one begins in its place`() async throws {
        try await WaitingConversation.with { conversation in
            try await conversation.store.set("name", to: "Ann", of: .local)
            #expect(try await conversation.store.beginDeletion(of: .local))
            try await conversation.say(2)
            await conversation.run { $0.hear(.found(nil, last: nil, KnownVoices([], [], owner: nil, revision: 1))) }
            try await until { conversation.isRefused }
            let stored = await conversation.run { conversation in
                conversation.concluded {}
                conversation.ended(inOrder: true)
                return conversation.stored
            }
            // Nothing of the session waits for the next start.
            #expect(await stored??.value == true)
            let begun = conversation.told.count { if case .began = $0 { true } else { false } }
            #expect(begun == 1)
            #expect(try await conversation.store.deletions().map(\.conversations) == [0])
        }
    }
}

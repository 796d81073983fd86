import Conversations
import HarkenTesting
@testable import Live
@testable import Observability
import Speech
import Store
import Testing

@Suite(.hangLimit) struct `A completed conversation` {
    /// A model that is loaded when the test says so.
    private final class SlowModel: TextEmbedding {
        let model = "slow"
        let dimensions = 2
        let isAsked = AtomicFlag()
        let isLoaded = AtomicFlag()

        func embed(_ texts: [String]) async throws -> [[Float]] {
            isAsked.set()
            try await until { isLoaded.isSet }
            return texts.map { _ in [1, 0] }
        }
    }

    @Test func `is told to its client before a model is loaded that makes it searchable by meaning`() async throws {
        let model = SlowModel()
        try await WaitingConversation.with(texts: model) { conversation in
            try await conversation.say(2)
            await conversation.run { conversation in
                conversation.hear(.found(nil, last: nil, KnownVoices([], [], owner: nil, revision: 1)))
                conversation.concluded {}
            }
            try await until { conversation.told.contains { if case .completed = $0 { true } else { false } } }
            let store = conversation.store
            #expect(try await store.withoutWindows(model: "slow", limit: 10).count == 1)
            try await until { model.isAsked.isSet }
            model.isLoaded.set()
            try await until { try await store.withoutWindows(model: "slow", limit: 10).isEmpty }
        }
    }
}

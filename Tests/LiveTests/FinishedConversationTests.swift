import Conversations
import HarkenTesting
@testable import Live
import Observability
import Speech
import Testing

@Suite(.hangLimit) struct `A conversation whose client has finished` {
    @Test(arguments: [false, true]) func `is over for its client when the store has all its words`(endsWithSession: Bool) async throws {
        try await WaitingConversation.with(endsWithSession: endsWithSession) { waiting in
            await waiting.run { $0.hear(.found(nil, last: nil, nil)) }
            let isOver = AtomicFlag(), wasStored = AtomicFlag()
            await waiting.run { conversation in
                let second = SampleRange(.zero, count: SampleCount(16_000))
                conversation.committed([Word("late", second, confidence: 1)], in: .first, by: .local, model: nil)
                conversation.settled {
                    conversation.concluded {
                        if conversation.isStored { wasStored.set() }
                        isOver.set()
                    }
                }
            }
            try await until { isOver.isSet }
            #expect(wasStored.isSet)
        }
    }
}

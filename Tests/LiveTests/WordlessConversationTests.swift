import Conversations
import HarkenTesting
@testable import Live
import Speech
import Store
import Synchronization
import Testing

@Suite(.hangLimit) struct `A conversation without words` {
    private static let began = UnixTime(milliseconds: 86_400_000)
    private static let said = Segment(id: ID("s"), text: "Hello.", start: .zero, end: .seconds(1), speaker: SpeakerNumber(0))
    private let id = ID<Conversation>("c")

    private func conversation(_ segments: [Segment] = []) -> Conversation {
        Conversation(
            id: id, user: .local, source: "desktop", started: Self.began, finished: Self.began, segments: segments, timeout: .seconds(14_400))
    }

    /// Gives the body a service, and a function that moves the service's clock and returns the conversation's status then.
    private func with(_ body: (ConversationService, (Duration) async throws -> Conversation.Status?) async throws -> Void) async throws {
        let clock = Clock()
        try await WaitingConversation.with(now: { Self.began + clock.passed }) { waiting in
            try await body(waiting.service) { time in
                clock.advance(to: time)
                await waiting.service.sweep()
                return try await waiting.service.store.status(of: id, of: .local)
            }
        }
    }

    private final class Clock: Sendable {
        private let state = Mutex(Duration.zero)

        var passed: Duration { state.withLock { $0 } }

        func advance(to time: Duration) { state.withLock { $0 = time } }
    }

    @Test(arguments: [false, true]) func `waits 120 s after a restart, and one with words its whole timeout`(hasWords: Bool) async throws {
        try await with { service, status in
            _ = try await service.store.begin(conversation(hasWords ? [Self.said] : []))
            await service.recover(processingSince: Self.began)
            #expect(try await status(.seconds(119)) == .inProgress)
            #expect(try await status(.seconds(121)) == (hasWords ? .inProgress : nil))
            #expect(try await status(.seconds(14_401)) == (hasWords ? .completed : nil))
        }
    }

    @Test(arguments: [false, true]) func `waits 120 s when no more words come, and its whole timeout when some came`(hasWords: Bool) async throws {
        try await with { service, status in
            _ = try await service.store.begin(conversation())
            service.attach(id, of: .local)
            service.awaitWords(of: ID("session"), in: id, of: .local, timeout: .seconds(14_400))
            #expect(try await status(.seconds(1_000)) == .inProgress)
            if hasWords { _ = try await service.store.write(ConversationUpdate(id, changed: [Self.said]), of: .local) }
            await service.noMoreWords(of: ID("session"))
            #expect(try await status(.seconds(1_119)) == .inProgress)
            #expect(try await status(.seconds(1_121)) == (hasWords ? .inProgress : nil))
            #expect(try await status(.seconds(15_401)) == (hasWords ? .completed : nil))
        }
    }
}

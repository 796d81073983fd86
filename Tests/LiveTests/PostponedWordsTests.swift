import Continuity
import Conversations
import HarkenTesting
import Journal
@testable import Live
import Speech
import Store
import Testing

@Suite(.hangLimit) struct `Words before a conversation's first one` {
    private static let day = UnixTime(milliseconds: 86_400_000)
    private let session = ID<Session>("one")
    private let id = ID<Conversation>("c")

    /// The session's transcript: a word in each of two seconds.
    ///
    /// - Parameter started: time of the session's start.
    private func transcript(started: UnixTime? = nil) -> StoredTranscript {
        var transcript = SessionTranscript(rate: .speech, channels: 1)
        for second in 0..<2 {
            let range = SampleRange(SampleIndex(second * 16_000), count: SampleCount(16_000))
            let commit = Commit(
                channel: .first, range: range, words: [Word("early\(second)", range, confidence: 1)], reason: .pause, engine: .local)
            transcript.add(commit, turn: 0, isRecovered: true)
        }
        return StoredTranscript(record: SessionRecord(id: session, started: started), transcript: transcript, status: .complete)
    }

    /// Begins the conversation.
    ///
    /// - Parameter shift: shift of the session's part. By default the session has spoken for two seconds before the conversation's start.
    private func begin(_ segments: [Segment], shift: Duration? = .seconds(-2), in store: any ConversationStores) async throws {
        let begun = Conversation(
            id: id, user: .local, status: .inProgress, source: "test", started: Self.day, finished: Self.day, segments: segments)
        #expect(try await store.begin(begun))
        _ = try await store.join(SessionPart(session: session, conversation: id, begins: .zero, shift: shift), of: .local)
    }

    private func said(in store: any ConversationStores) async throws -> [String] {
        try await store.conversation(id, of: .local)?.segments.map(\.text) ?? []
    }

    @Test func `are not taken for stored while another session speaks in the conversation`() async throws {
        try await WaitingConversation.with { waiting in
            let service = waiting.service
            try await begin([Segment(id: ID("s"), text: "first", start: .zero, end: .seconds(1))], in: service.store)
            service.attach(id, of: .local)
            for _ in 0..<2 { #expect(await !service.take(transcript(), onlyRecovered: true)) }
            #expect(try await said(in: service.store) == ["first"])
            service.detach(id, of: .local, timeout: nil)
            #expect(await service.take(transcript(), onlyRecovered: true))
            #expect(try await said(in: service.store) == ["early0 early1", "first"])
        }
    }

    @Test func `are stored at once in a conversation that waits for nothing else`() async throws {
        try await WaitingConversation.with { waiting in
            let service = waiting.service
            try await begin([], in: service.store)
            service.attach(id, of: .local)
            service.awaitWords(of: session, in: id, of: .local, timeout: .seconds(120))
            #expect(await service.take(transcript(), onlyRecovered: true))
            #expect(try await said(in: service.store) == ["early0 early1"])
        }
    }

    @Test func `are stored at once where two sessions that are over wait for their words`() async throws {
        try await WaitingConversation.with { waiting in
            let service = waiting.service
            try await begin([], in: service.store)
            for session in [session, ID("two")] {
                service.attach(id, of: .local)
                service.awaitWords(of: session, in: id, of: .local, timeout: .seconds(120))
            }
            #expect(await service.take(transcript(), onlyRecovered: true))
            #expect(try await said(in: service.store) == ["early0 early1"])
        }
    }

    @Test(arguments: [[], [Segment(id: ID("s"), text: "first", start: .zero, end: .seconds(1))]])
    func `are stored once where the place of their session was not known`(segments: [Segment]) async throws {
        try await WaitingConversation.with { waiting in
            let service = waiting.service
            try await begin(segments, shift: nil, in: service.store)
            for _ in 0..<3 { #expect(await service.take(transcript(started: Self.day), onlyRecovered: true)) }
            #expect(try await said(in: service.store) == segments.map(\.text) + ["early0 early1"])
        }
    }

    @Test func `are stored once where several calls bring them at the same time`() async throws {
        try await WaitingConversation.with { waiting in
            let service = waiting.service, words = transcript()
            try await begin([Segment(id: ID("s"), text: "first", start: .zero, end: .seconds(1))], in: service.store)
            await withTaskGroup(of: Void.self) { group in
                for _ in 0..<8 { group.addTask { _ = await service.take(words, onlyRecovered: true) } }
            }
            #expect(try await said(in: service.store) == ["early0 early1", "first"])
        }
    }
}

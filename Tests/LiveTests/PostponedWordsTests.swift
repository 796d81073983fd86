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
    private var transcript: StoredTranscript {
        var transcript = SessionTranscript(rate: .speech, channels: 1)
        for second in 0..<2 {
            let range = SampleRange(SampleIndex(second * 16_000), count: SampleCount(16_000))
            let commit = Commit(
                channel: .first, range: range, words: [Word("early\(second)", range, confidence: 1)], reason: .pause, engine: .local)
            transcript.add(commit, turn: 0, isRecovered: true)
        }
        return StoredTranscript(record: SessionRecord(id: session), transcript: transcript, status: .complete)
    }

    /// Begins the conversation, before whose start the session has spoken for two seconds.
    private func begin(_ segments: [Segment], in store: any ConversationStores) async throws {
        let begun = Conversation(
            id: id, user: .local, status: .inProgress, source: "test", started: Self.day, finished: Self.day, segments: segments)
        #expect(try await store.begin(begun))
        _ = try await store.join(SessionPart(session: session, conversation: id, begins: .zero, shift: .seconds(-2)), of: .local)
    }

    private func said(in store: any ConversationStores) async throws -> [String] {
        try await store.conversation(id, of: .local)?.segments.map(\.text) ?? []
    }

    @Test func `are not taken for stored while another session speaks in the conversation`() async throws {
        try await WaitingConversation.with { waiting in
            let service = waiting.service
            try await begin([Segment(id: ID("s"), text: "first", start: .zero, end: .seconds(1))], in: service.store)
            service.attach(id, of: .local)
            for _ in 0..<2 { #expect(await !service.take(transcript, onlyRecovered: true)) }
            #expect(try await said(in: service.store) == ["first"])
            service.detach(id, of: .local, timeout: nil)
            #expect(await service.take(transcript, onlyRecovered: true))
            #expect(try await said(in: service.store) == ["early0 early1", "first"])
        }
    }

    @Test func `are stored at once in a conversation that waits for nothing else`() async throws {
        try await WaitingConversation.with { waiting in
            let service = waiting.service
            try await begin([], in: service.store)
            service.attach(id, of: .local)
            service.awaitWords(of: session, in: id, of: .local, timeout: .seconds(120))
            #expect(await service.take(transcript, onlyRecovered: true))
            #expect(try await said(in: service.store) == ["early0 early1"])
        }
    }
}

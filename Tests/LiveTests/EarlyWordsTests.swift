import Conversations
import HarkenTesting
@testable import Live
import Speech
import Store
import Testing

@Suite struct `What is said before it is known which conversation it belongs to` {
    private let anna = Person(id: ID("anna"), name: "Anna", created: UnixTime(milliseconds: 0))

    @Test func `is told whose voice it is in as soon as that is known`() async throws {
        let voice = Voice(
            id: ID("voice"), number: 1, owner: .person(anna.id), voiceprint: try #require(Voiceprint([1, 0], model: "sign")),
            evidence: .seconds(8), created: UnixTime(milliseconds: 0))
        let known = KnownVoices([voice], [anna], owner: nil, revision: 1)
        try await WaitingConversation.with { conversation in
            try await conversation.say(8)
            await conversation.run { $0.hear(.found(nil, last: nil, known)) }
            let suggested = conversation.told.compactMap { event in if case .suggested(let suggestion) = event { suggestion.who } else { nil } }
            #expect(suggested == [.person(anna.id)])
            await conversation.run { $0.ended(inOrder: true) }
        }
    }

    @Test func `is told under which label its voice is kept, whatever its number in the conversation`() async throws {
        try await WaitingConversation.with { conversation in
            let other = NewVoice(
                id: ID("other"), voiceprint: try #require(Voiceprint([0, 1], model: "sign")), evidence: .seconds(8),
                created: UnixTime(milliseconds: 0))
            _ = try await conversation.store.add(other, of: .local)
            try await conversation.say(8)
            await conversation.run { $0.hear(.found(nil, last: nil, KnownVoices([], [], owner: nil, revision: 1))) }
            try await until {
                let labels = conversation.told.compactMap { event in
                    if case .labeled(let speaker, let label) = event { (speaker, label) } else { nil }
                }
                return labels.contains { $0 == (SpeakerNumber(0), "Speaker 2") } && labels.count == 1
            }
            await conversation.run { $0.ended(inOrder: true) }
        }
    }

    @Test func `is stored though the session is over by then, and so is what its client heard`() async throws {
        try await WaitingConversation.with { conversation in
            try await conversation.say(2)
            await conversation.run { conversation in
                let heard = SuggestedSegment("and this", start: .seconds(9), end: .seconds(10))
                conversation.command(.transcript([heard], engine: nil))
                conversation.concluded {}
                conversation.ended(inOrder: true)
                conversation.hear(.found(nil, last: nil, KnownVoices([], [], owner: nil, revision: 1)))
            }
            var texts: [String] = []
            try await until {
                guard let id = try await conversation.store.lastCompleted(of: .local) else { return false }
                texts = try await conversation.store.conversation(id, of: .local)?.segments.map(\.text) ?? []
                return true
            }
            #expect(texts.joined(separator: " ") == "w1 w2 and this")
        }
    }
}

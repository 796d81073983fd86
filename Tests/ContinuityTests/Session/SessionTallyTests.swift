import Continuity
import Speech
import Testing

@Suite struct `A session counts` {
    private func final(_ texts: [String], through end: Double) -> EngineEvent {
        let words = texts.enumerated().map { index, text in
            Word(text, SampleRange(Conversation.at(Double(index) + 0.1), Conversation.at(Double(index) + 0.8)), confidence: 1)
        }
        return .final(Hypothesis(range: SampleRange(.zero, Conversation.at(end)), words: words), reason: .pause)
    }

    @Test func `words that an engine says otherwise once they are final, and holds it to the first`() {
        var talk = Conversation()
        talk.hear(3)
        talk.engine(final(["five", "of", "them"], through: 3), from: 0)
        talk.engine(final(["Five", "off", "them."], through: 3), from: 0)
        #expect(talk.actions.said == "five of them")
        #expect(talk.session.tally.changedWords == 1)
        #expect(talk.session.tally.lateFinals == 0)
    }

    @Test func `finals that come when what they are about is settled`() throws {
        var talk = Conversation()
        talk.hear(3)
        talk.engine(.closed(.unavailable("gone")), from: 0)
        talk.engine(final(["late"], through: 1), from: 0)
        #expect(talk.session.tally.lateFinals == 1)
        #expect(talk.actions.said == "")
    }
}

import Continuity
import Speech
import Testing

@Suite struct `A session with a shadow` {
    private func shadowed() -> Conversation {
        var conversation = Conversation(mode: .shadow)
        conversation.engine(.opened, from: 1)
        return conversation
    }

    private func evaluations(_ conversation: borrowing Conversation) -> [Evaluation] {
        conversation.actions.compactMap { if case .report(.evaluated(let evaluation)) = $0 { evaluation } else { nil } }
    }

    @Test func `sends its audio to a second engine, and shows and commits nothing of it`() {
        var conversation = shadowed()
        conversation.hear(2)
        #expect(conversation.session.legs.map(\.sentThrough) == [Conversation.at(2), Conversation.at(2)])
        let hint = conversation.hints(0..<1, leg: 1), final = conversation.says(0..<2, leg: 1, .endOfTurn)
        #expect(hint == [] && final == [])
        conversation.says(0..<2, leg: 0)
        #expect(conversation.actions.commits.filter { !$0.words.isEmpty }.map(\.engine) == [Conversation.first])
    }

    @Test(arguments: [EngineError.unavailable("reset"), .unauthorized("no"), nil])
    func `is not moved by what becomes of its shadow`(error: EngineError?) {
        var conversation = shadowed()
        conversation.hear(1)
        let closed = conversation.engine(.closed(error), from: 1)
        #expect(closed.unrecorded == [.command(LegID(1), .cancel), .discard(LegID(1))])
        #expect(closed.records.map(\.kind) == [.shadow(LegID(1))])
        conversation.hear(1)
        conversation.says(0..<2, leg: 0)
        let finish = conversation.command(.finish)
        #expect(finish == [.command(LegID(0), .finish)])
        #expect(conversation.actions.repairs.isEmpty && conversation.actions.said == "w0 w1")
    }

    @Test func `does not wait for a shadow that does not open, nor for one that does not end`() {
        var conversation = Conversation(mode: .shadow)
        conversation.hear(2)
        conversation.says(0..<2, leg: 0)
        _ = conversation.command(.finish)
        conversation.says(2..<2, leg: 0, .endOfAudio)
        conversation.engine(.closed(nil), from: 0)
        #expect(conversation.session.isEnded == true)
    }

    @Test func `is compared with it, as far as both have said all`() {
        var conversation = shadowed()
        conversation.hear(3)
        conversation.says(0..<3, leg: 0)
        let heard = [
            Word("W0,", SampleRange(Conversation.at(0.15), Conversation.at(0.75)), confidence: 1),
            Word("horse", SampleRange(Conversation.at(1.1), Conversation.at(1.8)), confidence: 1),
        ]
        conversation.engine(.final(Hypothesis(range: SampleRange(.zero, Conversation.at(2)), words: heard), reason: .pause), from: 1)
        _ = conversation.command(.finish)
        conversation.engine(.closed(nil), from: 0)
        let evaluation = evaluations(conversation).first
        #expect(evaluation?.engine == Conversation.second && evaluation?.committedBy == [Conversation.first])
        #expect(evaluation?.words == 2 && evaluation?.substituted == 1 && evaluation?.missing == 0 && evaluation?.added == 0)
        #expect(evaluation?.compared == SampleCount(32_000))
        #expect(evaluation?.errorRate == 0.5)
        #expect(evaluation?.pieces.map(\.shadow).joined(separator: " ") == "W0, horse")
    }
}

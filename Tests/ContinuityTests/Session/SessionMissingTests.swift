import Continuity
import Speech
import Testing

@Suite struct `A session that lacks audio` {
    @Test func `reports what its client lost as a gap, and goes on behind it`() {
        var talk = Conversation()
        talk.hear(2)
        talk.says(0..<2, leg: 0)
        let done = talk.session.missed(SampleCount(32_000), now: talk.now)
        talk.actions += done
        talk.engine(.closed(nil), from: 0)
        talk.engine(.opened, from: 1)
        talk.lively = 1
        talk.hear(2)
        talk.says(4..<6, leg: 1)
        #expect(talk.actions.gaps == [SampleRange(Conversation.at(2), Conversation.at(4))])
        #expect(talk.actions.said == "w0 w1 w4 w5")
        var end = SampleIndex.zero
        for action in talk.actions {
            let range: SampleRange? =
                switch action {
                case .emit(.commit(let commit)): commit.range
                case .emit(.gap(_, let range, _)): range
                case _: nil
                }
            guard let range else { continue }
            #expect(range.start == end)
            end = range.end
        }
        #expect(end == Conversation.at(6))
    }

    @Test func `repairs up to it, and not into it`() throws {
        var talk = Conversation()
        talk.hear(3)
        talk.says(0..<1, leg: 0)
        talk.actions += talk.session.missed(SampleCount(32_000), now: talk.now)
        talk.engine(.closed(.unavailable("gone")), from: 0)
        talk.hear(0.3)
        let repair = try #require(talk.actions.repairs.first)
        #expect(repair.range.end == Conversation.at(3))
        talk.repairs(repair)
        #expect(talk.actions.said == "w0 w1 w2")
        #expect(talk.actions.gaps == [SampleRange(Conversation.at(3), Conversation.at(5))])
    }
}

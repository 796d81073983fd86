import Continuity
import Speech
import Testing

@Suite struct `Speech that an engine hears before its leg's` {
    private let anna = SpeakerLabel(4), other = SpeakerLabel(1)
    /// Of 15 s.
    private var prelude: SpeakerPriming {
        var prelude = SpeakerPriming()
        for _ in 0..<150 { prelude.sent(SampleCount(1_600)) }
        return prelude
    }

    private func at(_ seconds: Double) -> SampleIndex { SampleIndex(seconds: seconds, at: .speech) }

    private func word(_ text: String, _ start: Double, _ end: Double, _ speaker: SpeakerLabel? = nil) -> Word {
        Word(text, SampleRange(at(start), at(end)), confidence: 1, speaker: speaker)
    }

    private func final(_ start: Double, _ end: Double, _ words: [Word], _ reason: FinalReason = .pause) -> EngineEvent {
        .final(Hypothesis(range: SampleRange(at(start), at(end)), words: words), reason: reason)
    }

    @Test func `says whose label that is: of most of its words`() {
        var prelude = prelude
        #expect(prelude.speaker == nil)
        _ = prelude.hear(final(0, 6, [word("so", 1, 1.5, other), word("I", 2, 2.1, anna), word("read", 2.2, 2.5, anna)]))
        #expect(prelude.speaker == anna)
        // What is said behind it may be anybody's.
        _ = prelude.hear(final(6, 20, [word("yes", 16, 16.5, other), word("no", 17, 17.5, other), word("yes", 18, 18.5, other)]))
        #expect(prelude.speaker == anna)
    }

    @Test func `is kept from the leg, all of it`() {
        var prelude = prelude
        let events: [EngineEvent] = [
            .speechStarted(.first, at: at(1)), final(0, 6, [word("read", 2.2, 2.5, anna)]), .turnEnded(.first, at: at(6)),
            .interim(Hypothesis(range: SampleRange(at(6), at(9)), words: [word("the", 7, 7.2)])), final(6, 15, [], .endOfTurn),
        ]
        #expect(events.allSatisfy { prelude.hear($0) == nil })
    }

    @Test func `leaves what comes behind it where it is in the leg's audio`() {
        var prelude = prelude
        #expect(prelude.hear(.speechStarted(.first, at: at(15.5))) == .speechStarted(.first, at: at(0.5)))
        #expect(
            prelude.hear(final(9, 17, [word("text", 9, 9.5, anna), word("hello", 15.5, 16, other)], .endOfTurn))
                == final(0, 2, [word("hello", 0.5, 1, other)], .endOfTurn))
        #expect(prelude.hear(final(17, 18, [word("you", 17, 17.5)], .flush)) == final(2, 3, [word("you", 2, 2.5)], .flush))
        #expect(prelude.hear(.turnEnded(.first, at: at(18))) == .turnEnded(.first, at: at(3)))
        let interim = Hypothesis(range: SampleRange(at(14), at(19)), words: [word("text", 14, 14.5), word("and", 18, 18.5)], stableWords: 2)
        let rest = Hypothesis(range: SampleRange(.zero, at(4)), words: [word("and", 3, 3.5)], stableWords: 1)
        #expect(prelude.hear(.interim(interim)) == .interim(rest))
        #expect(prelude.hear(.flushed(.first)) == .flushed(.first) && prelude.hear(.closed(nil)) == .closed(nil))
    }
}

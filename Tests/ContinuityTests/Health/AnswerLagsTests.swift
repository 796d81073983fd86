import Continuity
import Speech
import Testing

@Suite struct `What an engine needs to answer` {
    private let now = Instant.now

    @Test func `is not known from one leg, which may have met an accident`() {
        var lags = AnswerLags()
        #expect(lags.slowest(now: now) == nil)
        lags.add(.seconds(5), now: now)
        #expect(lags.slowest(now: now) == nil)
        lags.add(.seconds(4), now: now)
        #expect(lags.slowest(now: now) == .seconds(4))
    }

    @Test func `is what all but one leg of a hundred keep to`() {
        var lags = AnswerLags()
        for _ in 0..<198 { lags.add(.milliseconds(300), now: now) }
        for _ in 0..<2 { lags.add(.seconds(4), now: now) }
        #expect(lags.slowest(now: now) == .milliseconds(300))
        lags.add(.seconds(4), now: now)
        #expect(lags.slowest(now: now) == .seconds(4))
    }

    @Test func `is forgotten as others come, and with time`() {
        var lags = AnswerLags()
        for _ in 0..<AnswerLags.most { lags.add(.seconds(4), now: now) }
        let later = now + .seconds(1_800)
        for _ in 0..<AnswerLags.most - 2 { lags.add(.milliseconds(300), now: later) }
        #expect(lags.slowest(now: later) == .milliseconds(300))
        lags.add(.seconds(4), now: later)
        lags.add(.seconds(4), now: later)
        lags.add(.seconds(4), now: later)
        #expect(lags.slowest(now: later) == .seconds(4))
        #expect(lags.slowest(now: later + AnswerLags.memory) == nil)
    }
}

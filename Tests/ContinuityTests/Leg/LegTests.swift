import Continuity
import Speech
import Testing

@Suite struct `A leg` {
    private let start = Instant.now
    private let second = SampleCount(16_000)

    private func leg(pace: Double? = nil, unanswered: SampleCount? = nil, origin: Int = 0) -> Leg {
        Leg(
            id: LegID(0), engine: .local, channels: 0..<1, origin: SampleIndex(origin), rate: .speech,
            limits: .init(pace: pace, unanswered: unanswered))
    }

    @Test func `keeps audio waiting until it is open`() {
        var leg = leg()
        let next1 = leg.nextSend(received: SampleIndex(16_000), most: second, now: start)
        #expect(next1 == nil)
        leg.opened(now: start)
        let next2 = leg.nextSend(received: SampleIndex(16_000), most: second, now: start)
        #expect(next2 == SampleRange(.zero, SampleIndex(16_000)))
    }

    @Test func `takes audio at once only when nothing waits before it`() {
        var leg = leg()
        leg.opened(now: start)
        let early = leg.take(SampleRange(SampleIndex(800), SampleIndex(1_600)), now: start)
        #expect(!early && leg.sentThrough == .zero)
        let first = leg.take(SampleRange(.zero, SampleIndex(800)), now: start)
        #expect(first && leg.sentThrough == SampleIndex(800))
        leg.enqueue(.finalize, at: SampleIndex(800))
        let behindCommand = leg.take(SampleRange(SampleIndex(800), SampleIndex(1_600)), now: start)
        #expect(!behindCommand)
    }

    @Test func `takes audio at once as far as its engine's pace allows by then`() {
        var leg = leg(pace: 1)
        leg.opened(now: start)
        var taken = 0
        var frame: SampleRange { SampleRange(SampleIndex(taken * 1_600), count: SampleCount(1_600)) }
        for tenths in 0..<50 {
            let now = start + .milliseconds(100 * tenths)
            while leg.take(frame, now: now) { taken += 1 }
            #expect(taken == tenths + 10, "a second ahead of the pace")
        }
    }

    @Test func `never lets a command overtake the audio before it`() {
        var leg = leg()
        leg.enqueue(.finalize, at: SampleIndex(800))
        leg.opened(now: start)
        let outcome1 = leg.nextCommand(now: start)
        #expect(outcome1 == nil)
        let next3 = leg.nextSend(received: SampleIndex(1_600), most: second, now: start)
        #expect(next3 == SampleRange(.zero, SampleIndex(800)))
        leg.sent(through: SampleIndex(800))
        let outcome2 = leg.nextCommand(now: start)
        #expect(outcome2 == .finalize)
        let next4 = leg.nextSend(received: SampleIndex(1_600), most: second, now: start)
        #expect(next4 == SampleRange(SampleIndex(800), SampleIndex(1_600)))
    }

    @Test func `is sent no faster than its engine's pace`() throws {
        var leg = leg(pace: 1)
        leg.opened(now: start)
        let end = SampleIndex(160_000)
        let sending10 = leg.nextSend(received: end, most: SampleCount(160_000), now: start)
        let burst = try #require(sending10)
        #expect(burst.count == second)
        leg.sent(through: burst.end)
        let next5 = leg.nextSend(received: end, most: second, now: start)
        #expect(next5 == nil)
        let next = try #require(leg.nextAllowance(received: end, now: start))
        #expect(next == start + .milliseconds(100))
        let next6 = leg.nextSend(received: end, most: second, now: start + .milliseconds(500))
        #expect(next6?.count == SampleCount(8_000))
    }

    @Test(arguments: [0.3, 1, 1.25, 1.7, 60], [SampleRate.speech, SampleRate(hertz: 44_100)])
    func `waits for a time that is still to come, and may be sent audio then`(pace: Double, rate: SampleRate) throws {
        var leg = Leg(
            id: LegID(0), engine: .local, channels: 0..<1, origin: .zero, rate: rate, limits: .init(pace: pace))
        leg.opened(now: start)
        var clock = start, end = SampleIndex.zero
        // Ends a few samples behind what was sent are the hardest: their time comes at once.
        for step in 0..<3_000 {
            end = max(end, leg.sentThrough) + SampleCount(Int64(step * 7 % 61 + 1))
            while let range = leg.nextSend(received: end, most: second, now: clock) { leg.sent(through: range.end) }
            guard let next = leg.nextAllowance(received: end, now: clock) else { continue }
            #expect(next > clock, "what may be sent now has been sent")
            clock = step % 3 == 0 ? next : clock + .nanoseconds(997 * step)
            guard step % 3 == 0 else { continue }
            let range = leg.nextSend(received: end, most: second, now: clock)
            #expect(range != nil)
            if let range { leg.sent(through: range.end) }
        }
    }

    @Test(arguments: [1.0, 1.25])
    func `has no pause made up for by a burst`(pace: Double) {
        var leg = leg(pace: pace)
        leg.opened(now: start)
        var clock = start
        var log: [(at: Instant, seconds: Double)] = []
        for pause in [0.0, 5, 0.3, 12, 60] {
            clock += .seconds(pause)
            // A client that sends all it has, in frames of 50 ms.
            for _ in 0..<200 {
                while leg.take(SampleRange(leg.sentThrough, count: SampleCount(800)), now: clock) { log.append((clock, 0.05)) }
                clock += .milliseconds(10)
            }
        }
        for first in stride(from: 0, to: log.count, by: 7) {
            var seconds = 0.0
            for last in first..<log.count {
                seconds += log[last].seconds
                let elapsed = log[first].at.duration(to: log[last].at) / .seconds(1)
                #expect(seconds <= elapsed * pace + 1.3, "no more than the pace and what may be ahead of it")
            }
        }
    }

    @Test func `is not sent more than it can hold unanswered`() {
        var leg = leg(unanswered: second)
        leg.opened(now: start)
        let next7 = leg.nextSend(received: SampleIndex(48_000), most: SampleCount(48_000), now: start)
        #expect(next7?.count == second)
        leg.sent(through: SampleIndex(16_000))
        let next8 = leg.nextSend(received: SampleIndex(48_000), most: second, now: start)
        #expect(next8 == nil)
        _ = leg.mapped(.interim(Hypothesis(range: SampleRange(.zero, SampleIndex(8_000)), words: [])))
        let next9 = leg.nextSend(received: SampleIndex(48_000), most: second, now: start)
        #expect(next9?.count == SampleCount(8_000))
    }

    @Test func `puts its engine's times on the session's timeline`() {
        var leg = leg(origin: 1_000)
        leg.opened(now: start)
        leg.sent(through: SampleIndex(9_000))
        let word = Word("yes", SampleRange(SampleIndex(100), SampleIndex(200)), confidence: 1)
        let heard = Hypothesis(range: SampleRange(.zero, SampleIndex(400)), words: [word])
        guard case .final(let final, .pause) = leg.mapped(.final(heard, reason: .pause)) else {
            Issue.record("not a final")
            return
        }
        #expect(final.range == SampleRange(SampleIndex(1_000), SampleIndex(1_400)))
        #expect(final.words[0].range == SampleRange(SampleIndex(1_100), SampleIndex(1_200)))
    }

    @Test func `believes no time beyond the audio that was sent`() {
        var leg = leg()
        leg.opened(now: start)
        leg.sent(through: SampleIndex(1_000))
        let word = Word("yes", SampleRange(SampleIndex(900), SampleIndex(5_000)), confidence: 1)
        let heard = Hypothesis(range: SampleRange(.zero, SampleIndex(99_000)), words: [word])
        guard case .final(let final, _) = leg.mapped(.final(heard, reason: .pause)) else {
            Issue.record("not a final")
            return
        }
        #expect(final.range.end == SampleIndex(1_000))
        #expect(final.words[0].range.end == SampleIndex(1_000))
    }

    @Test func `puts what its engine says again where it was, though more audio was sent since`() {
        var leg = leg()
        leg.opened(now: start)
        leg.sent(through: SampleIndex(1_000))
        let word = Word("yes", SampleRange(SampleIndex(900), SampleIndex(1_200)), confidence: 1)
        let heard = Hypothesis(range: SampleRange(.zero, SampleIndex(1_200)), words: [word])
        let first = leg.mapped(.final(heard, reason: .pause))
        leg.sent(through: SampleIndex(5_000))
        let again = leg.mapped(.final(heard, reason: .pause))
        #expect(again == first)
    }
}

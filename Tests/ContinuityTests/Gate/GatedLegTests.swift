import HarkenTesting
import Speech
import Testing

@testable import Continuity

@Suite("Gated leg") struct GatedLegTests {
    private static let rate = SampleRate.speech

    /// A session of random speech and silence behind a gate, and an engine that hears what goes on and says each word where it hears it.
    private struct Run {
        var gate: VADGate
        var leg: GatedLeg
        /// The session's place of each word.
        var words: [SampleRange] = []
        /// Which of the session's samples each of the engine's is.
        var heard: [SampleRange] = []
        var time = SampleIndex.zero
        var random: SeededGenerator
        let origin: SampleIndex
        var finals: [Hypothesis] = []
        var said = 0

        init(seed: UInt64) {
            random = SeededGenerator(seed: seed)
            origin = SampleIndex(Int.random(in: 0..<3, using: &random) * 16_384)
            gate = VADGate(rate: GatedLegTests.rate)
            leg = GatedLeg(origin: origin, channels: 1, rate: GatedLegTests.rate)
        }

        mutating func take(_ range: SampleRange, isSpeech: Bool) {
            _ = gate.add(range, probability: isSpeech ? 1 : 0, isLoud: isSpeech)
            guard range.start >= origin else { return }
            leg.came(range.count)
            forward()
        }

        mutating func forward(isLast: Bool = false) {
            while let range = leg.next(gate.passages, isLast: isLast) {
                let piece = range.shifted(by: origin - SampleIndex.zero)
                if let last = heard.last, last.end == piece.start {
                    heard[heard.count - 1] = SampleRange(last.start, piece.end)
                } else {
                    heard.append(piece)
                }
            }
            hear(leg.reportSilence())
        }

        /// The engine's place of the session's; nil where it did not hear it all.
        func place(_ range: SampleRange) -> SampleRange? {
            var before = SampleCount.zero
            var parts: [SampleRange] = []
            for piece in heard {
                if let part = piece.intersection(range) {
                    parts.append(SampleRange(SampleIndex.zero + before + (part.start - piece.start), count: part.count))
                }
                before += piece.count
            }
            guard let first = parts.first, let last = parts.last, last.end - first.start == range.count else { return nil }
            return SampleRange(first.start, last.end)
        }

        var heardEnd: SampleIndex { SampleIndex.zero + heard.reduce(SampleCount.zero) { $0 + $1.count } }

        mutating func hear(_ events: [EngineEvent]) {
            for case .final(let hypothesis, _) in events { finals.append(hypothesis) }
        }

        /// The engine makes final all that it has heard.
        mutating func finish(_ engineEnd: inout SampleIndex) {
            let end = heardEnd
            guard end > engineEnd else { return }
            let said = words.compactMap { word in place(word).map { (word, $0) } }.filter { $0.1.start >= engineEnd && $0.1.end <= end }
            let spoken = said.map { Word("w", $0.1, confidence: 1) }
            hear(leg.hear(.final(Hypothesis(range: SampleRange(engineEnd, end), words: spoken), reason: .pause)))
            self.said += spoken.count
            engineEnd = end
        }
    }

    @Test(arguments: 0..<200)
    func `leaves every word where it was said, whatever is kept from the engine`(_ seed: Int) {
        var run = Run(seed: UInt64(seed))
        let window = SampleCount(512)
        var engineEnd = SampleIndex.zero
        var now = SampleIndex.zero
        for _ in 0..<12 {
            for _ in 0..<Int.random(in: 0..<400, using: &run.random) {
                run.take(SampleRange(now, count: window), isSpeech: false)
                now += window
            }
            for _ in 0..<Int.random(in: 1..<60, using: &run.random) {
                let word = SampleRange(now + SampleCount(Int.random(in: 0..<100, using: &run.random)), count: SampleCount(300))
                run.take(SampleRange(now, count: window), isSpeech: true)
                if word.start >= run.origin { run.words.append(word) }
                now += window
                if Int.random(in: 0..<20, using: &run.random) == 0 { run.finish(&engineEnd) }
            }
        }
        run.forward(isLast: true)
        run.finish(&engineEnd)
        run.hear(run.leg.hear(.closed(nil)))

        let said = run.words.map { $0.shifted(by: SampleIndex.zero - run.origin) }
        // A word that an earlier final cut in two is the engine's to say, and this one says it never.
        #expect(run.said > 0)
        let heard = run.finals.flatMap(\.words).map(\.range)
        #expect(heard.count == run.said)
        #expect(heard.allSatisfy(said.contains))
        // And finals tile the leg's time, to its end.
        var end = SampleIndex.zero
        for final in run.finals {
            #expect(final.range.start == end)
            end = final.range.end
        }
        #expect(end == SampleIndex.zero + (now - run.origin))
    }

    @Test func `keeps the answers to the gate's own questions from the leg, and in order from the leg's`() {
        var leg = GatedLeg(origin: .zero, channels: 1, rate: Self.rate)
        leg.gateAsks()
        leg.asks()
        #expect(leg.hear(.flushed(.first)) == [])
        #expect(leg.hear(.flushed(.first)) == [.flushed(.first)])
        leg.gateAsks()
        let final = EngineEvent.final(Hypothesis(range: SampleRange(.zero, .zero), words: []), reason: .flush)
        guard case .final(_, .pause)? = leg.hear(final).first else {
            Issue.record("the gate's question was answered to the leg")
            return
        }
    }

    @Test func `has the end of heard audio at the same place, whatever the engine is sent later`() {
        var passages = Passages(preRoll: .zero)
        var leg = GatedLeg(origin: .zero, channels: 1, rate: Self.rate)
        func send(_ passage: SampleRange) {
            passages.open(at: passage.start)
            passages.close(at: passage.end)
            passages.decide(through: passage.end)
            leg.came(passage.end - leg.considered)
            while leg.next(passages) != nil {}
        }
        send(SampleRange(SampleIndex(1_000), count: SampleCount(512)))
        let before = leg.place(SampleIndex(512))
        send(SampleRange(SampleIndex(9_000), count: SampleCount(512)))
        #expect(before == SampleIndex(1_512))
        #expect(leg.place(SampleIndex(512)) == before)
        #expect(leg.place(SampleIndex(513)) == SampleIndex(9_001))
    }

    @Test func `forgets old splices`() {
        var time = GatedTime()
        for index in 0..<10_000 {
            time.send(SampleRange(SampleIndex(index * 100), count: SampleCount(10)))
            time.settle(through: time.sent)
        }
        #expect(time.end(of: time.sent) == SampleIndex(9_999 * 100 + 10))
        #expect(MemoryLayout.size(ofValue: time) < 64)
    }
}

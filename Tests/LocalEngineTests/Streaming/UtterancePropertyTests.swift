import LocalEngine
import Speech
import Testing

@Suite struct `Utterance machine, whatever happens` {
    @Test(arguments: [UInt64](1...200)) func `says every word once and covers all audio`(seed: UInt64) {
        var stream = SimulatedStream(seed: seed, interims: seed % 4 != 0, slowness: [1, 8, 60, 250][Int(seed / 4 % 4)])
        stream.run()
        #expect(stream.hasFinished)
        #expect(!stream.fellBehind)

        var through = SampleIndex.zero
        var words: [Word] = []
        var stable: [String] = []
        var flushes = 0
        for event in stream.events {
            switch event {
            case .final(let hypothesis, let reason):
                #expect(hypothesis.range.start == through)
                through = hypothesis.range.end
                #expect(stable.prefix(hypothesis.words.count).elementsEqual(hypothesis.words.prefix(stable.count).map(\.text)))
                stable = Array(stable.dropFirst(hypothesis.words.count))
                if reason != .length { #expect(stable == []) }
                words += hypothesis.words
                if reason == .flush { flushes += 1 }
            case .interim(let hypothesis):
                let texts = hypothesis.words.map(\.text)
                #expect(hypothesis.range.start == through)
                #expect(texts.starts(with: stable))
                #expect(hypothesis.stableWords >= stable.count)
                stable = Array(texts.prefix(hypothesis.stableWords))
            case .flushed: flushes += 1
            case .speechStarted(_, let at): #expect(at >= through)
            case .turnEnded, .opened, .skipped, .notice, .closed: break
            }
        }
        #expect(through == SampleIndex(stream.windows * 512))
        #expect(words.map(\.text) == stream.spoken.map { "w\($0.number)" })
        #expect(zip(words, words.dropFirst()).allSatisfy { $0.range.start <= $1.range.start })
        #expect(flushes == stream.finalizes)
    }

    @Test func `gives up instead of keeping audio without end`() {
        var machine = UtteranceMachine(channel: .first, timing: StreamTiming(endpointing: .milliseconds(300)), wantsInterims: true)
        var gaveUp = false
        for _ in 0..<10_000 where !gaveUp {
            gaveUp = machine.receive(SampleCount(512)).contains(.fellBehind)
            if !gaveUp { _ = machine.heard(1, power: 1) }
        }
        #expect(gaveUp)
    }
}

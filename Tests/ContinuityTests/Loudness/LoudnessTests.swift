import Continuity
import HarkenTesting
import Speech
import Testing

@Suite struct `A loudness meter` {
    /// 16-bit noise of this size.
    private func noise(_ size: Int, seconds: Double, _ random: inout SeededGenerator) -> [UInt8] {
        var pcm: [UInt8] = []
        for _ in 0..<Int(16_000 * seconds) {
            let sample = UInt16(bitPattern: Int16(Int.random(in: -size...size, using: &random)))
            pcm.append(UInt8(sample & 0xFF))
            pcm.append(UInt8(sample >> 8))
        }
        return pcm
    }

    private func loud(_ pcm: [UInt8], frame: Int = 3_200, channels: Int = 1, isStrict: Bool = false) -> [SampleRange] {
        var meter = LoudnessMeter(rate: .speech, channels: channels, isStrict: isStrict)
        var ranges: [SampleRange] = []
        var start = 0
        while start < pcm.count {
            let end = min(start + frame, pcm.count)
            meter.measure(pcm.span.bytes.extracting(start..<end), from: SampleIndex(start / (2 * channels))) { channel, range in
                if channel == ChannelIndex(channels - 1) { ranges.append(range) }
            }
            start = end
        }
        return ranges
    }

    @Test(arguments: [2, 14, 16, 18, 638, 640, 642, 3_200])
    func `measures one channel as it measures the same channel among two`(frame: Int) {
        var random = SeededGenerator(seed: 6)
        let pcm =
            noise(5, seconds: 1, &random) + noise(32_767, seconds: 0.1, &random) + noise(150, seconds: 1, &random) + noise(600, seconds: 0.5, &random)
        let pair = stride(from: 0, to: pcm.count, by: 2).flatMap { [0, 0, pcm[$0], pcm[$0 + 1]] as [UInt8] }
        let ranges = loud(pcm, frame: frame)
        #expect(!ranges.isEmpty)
        #expect(loud(pair, frame: 2 * frame, channels: 2) == ranges)
    }

    @Test func `hears nothing in silence`() {
        var random = SeededGenerator(seed: 1)
        #expect(loud(noise(0, seconds: 2, &random)) == [])
        #expect(loud(noise(8, seconds: 2, &random)) == [])
    }

    @Test(arguments: [640, 1_000, 3_200, 32_000])
    func `finds what is louder than the rest, whatever the frames`(frame: Int) throws {
        var random = SeededGenerator(seed: 2)
        let pcm = noise(5, seconds: 1, &random) + noise(2_000, seconds: 0.5, &random) + noise(5, seconds: 1, &random)
        let ranges = loud(pcm, frame: frame)
        #expect(abs(try #require(ranges.first).start.samples - 16_000) <= 320)
        #expect(abs(try #require(ranges.last).end.samples - 24_000) <= 320)
    }

    @Test(arguments: [2, 100, 500, 638, 642, 1_000, 8_000], [1, 2])
    func `finds the same in frames of any size`(samples: Int, channels: Int) {
        var random = SeededGenerator(seed: 8)
        let pcm =
            noise(5, seconds: 0.31, &random) + noise(900, seconds: 0.123, &random) + noise(5, seconds: 0.4, &random)
            + noise(700, seconds: 0.5, &random)
        #expect(loud(pcm, frame: 2 * samples * channels, channels: channels) == loud(pcm, frame: 640 * channels, channels: channels))
    }

    @Test func `begins a new block behind audio that is missing`() {
        var meter = LoudnessMeter(rate: .speech, channels: 1)
        var random = SeededGenerator(seed: 9)
        let pcm = noise(900, seconds: 0.03, &random)
        var ranges: [SampleRange] = []
        meter.measure(pcm.span.bytes, from: .zero) { ranges.append($1) }
        meter.measure(pcm.span.bytes, from: SampleIndex(1_000)) { ranges.append($1) }
        #expect(ranges == [SampleRange(.zero, SampleIndex(320)), SampleRange(SampleIndex(1_000), SampleIndex(1_320))])
    }

    @Test func `hears a pause at once where it is strict, whatever silence was before`() throws {
        var random = SeededGenerator(seed: 7)
        // A voice with a noise behind it, after nothing at all and after a second of the noise.
        for before in [noise(0, seconds: 1, &random), noise(80, seconds: 1, &random)] {
            let pcm = before + noise(4_000, seconds: 1, &random) + noise(80, seconds: 1, &random)
            let strict = loud(pcm, isStrict: true).filter { $0.start.samples >= 16_000 }
            #expect(try abs(#require(strict.first).start.samples - 16_000) <= 320 && abs(#require(strict.last).end.samples - 32_000) <= 320)
        }
        let unsure = loud(noise(0, seconds: 1, &random) + noise(4_000, seconds: 1, &random) + noise(80, seconds: 1, &random))
        #expect(try #require(unsure.last).end.samples > 40_000)
    }

    @Test func `gets used to a steady noise, and hears a voice in it`() {
        var random = SeededGenerator(seed: 3)
        let pcm = noise(300, seconds: 20, &random) + noise(1_500, seconds: 0.5, &random)
        let ranges = loud(pcm)
        #expect(ranges.contains { $0.start < SampleIndex(16_000) }, "at first it cannot know")
        #expect(!ranges.contains { $0.start > SampleIndex(16_000 * 15) && $0.start < SampleIndex(16_000 * 20 - 320) })
        #expect(ranges.contains { $0.start >= SampleIndex(16_000 * 20) })
    }

    @Test func `measures each channel by itself`() {
        var random = SeededGenerator(seed: 4)
        let left = noise(0, seconds: 1, &random), right = noise(1_000, seconds: 1, &random)
        var both: [UInt8] = []
        for sample in stride(from: 0, to: 32_000, by: 2) {
            both.append(contentsOf: left[sample..<sample + 2])
            both.append(contentsOf: right[sample..<sample + 2])
        }
        #expect(!loud(both, channels: 2).isEmpty)
    }
}

@Suite struct `A map of speech` {
    private let rate = SampleRate.speech
    private func at(_ seconds: Double) -> SampleIndex { SampleIndex(seconds: seconds, at: .speech) }

    private func map(_ spoken: [(Double, Double)]) -> SpeechMap {
        var map = SpeechMap(rate: rate)
        for (start, end) in spoken { map.add(SampleRange(at(start), at(end))) }
        return map
    }

    @Test func `takes short pauses for part of a word`() {
        let map = map([(1, 1.2), (1.3, 1.5), (2, 2.2)])
        #expect(!map.isLoud(in: SampleRange(at(1.5), at(2))))
        #expect(map.isLoud(in: SampleRange(at(1.2), at(1.3))))
        #expect(map.loudness(in: SampleRange(at(0), at(3))) == SampleCount(.milliseconds(700), at: rate))
    }

    @Test func `tells where it is loud by itself, whatever came later`() {
        let range = SampleRange(at(1.25), at(1.3))
        for spoken in [[(1.0, 1.2)], [(1, 1.2), (1.3, 1.5)], [(1, 1.2), (1.3, 1.5), (1.6, 1.7)]] { #expect(map(spoken).start(in: range) == nil) }
        let map = map([(1, 1.2), (1.3, 1.5), (2, 2.2)])
        #expect(map.start(in: SampleRange(at(1.25), at(1.4))) == at(1.3))
        #expect(map.start(in: SampleRange(at(1.1), at(1.4))) == at(1.1))
        #expect(map.start(in: SampleRange(at(1.5), at(3))) == at(2))
    }

    @Test func `finds the silence before and behind a place`() {
        let map = map([(1, 1.5), (2, 4)])
        let reach = SampleCount(.milliseconds(1_500), at: rate)
        #expect(map.silence(before: at(1.2), reach: reach, received: at(9)) == at(0.8), "first sounds are soft")
        #expect(map.silence(before: at(1.8), reach: reach, received: at(9)) == at(1.6))
        #expect(map.silence(before: at(1.6), reach: reach, received: at(9)) == at(1.5), "not into the word before")
        #expect(map.silence(before: at(3.9), reach: reach, received: at(9)) == nil)
        #expect(map.silence(after: at(1.2), received: at(9)) == at(1.5))
        #expect(map.silence(after: at(3), received: at(4.1)) == nil, "it may go on")
        #expect(map.silence(after: at(4), received: at(4.05)) == nil)
        #expect(map.silence(after: at(3), received: at(4.2)) == at(4))
    }

    @Test func `forgets what nobody asks for`() {
        let spoken = (0..<100).map { second -> (Double, Double) in (Double(second), Double(second) + 0.5) }
        var map = map(spoken)
        map.forget(before: at(90))
        #expect(!map.isLoud(in: SampleRange(at(0), at(40))))
        #expect(map.isLoud(in: SampleRange(at(91), at(92))))
    }

    @Test func `places words where something loud begins that their final ends before`() {
        let word = Word("the", SampleRange(at(0), at(0.98)), confidence: 1)
        #expect(map([(1, 1.2)]).spread([word], over: SampleRange(at(0), at(0.98))).first?.range == SampleRange(at(0.83), at(0.98)))
        #expect(map([(2, 2.2)]).spread([word], over: SampleRange(at(0), at(0.98))).first?.range == SampleRange(at(0), at(0.98)))
    }

    @Test func `places them there as well when all that is loud before is the rest of another final's word`() {
        let word = Word("day", SampleRange(at(0), at(0.99)), confidence: 1)
        #expect(map([(0.3, 0.7), (1, 1.1)]).spread([word], over: SampleRange(at(0.62), at(0.99))).first?.range == SampleRange(at(0.84), at(0.99)))
        #expect(map([(0.3, 0.7), (2, 2.1)]).spread([word], over: SampleRange(at(0.62), at(0.99))).first?.range == SampleRange(at(0.62), at(0.7)))
    }

    @Test func `places a single word rather where something loud begins than in the rest of what was said before`() {
        let word = Word("well", SampleRange(at(0.77), at(1.66)), confidence: 1)
        let final = SampleRange(at(0.77), at(1.66))
        #expect(map([(0.54, 1.02), (1.41, 1.9)]).spread([word], over: final).first?.range == SampleRange(at(1.41), at(1.66)))
        #expect(map([(0.54, 1.3), (1.46, 1.9)]).spread([word], over: final).first?.range == SampleRange(at(0.77), at(1.3)), "too much for a rest")
    }

    @Test func `places a word of a final behind as little as may be the one before`() {
        let map = map([(0.63, 0.71), (1.4, 1.62), (1.9, 2)])
        let words = ["station", "on"].map { Word($0, SampleRange(at(0), at(2)), confidence: 1) }
        #expect(map.spread(words, over: SampleRange(at(0.62), at(2))).map(\.range.start) == [at(1.4), at(1.9)])
        #expect(map.spread(words, over: SampleRange(at(0.4), at(2))).first?.range.start == at(0.63), "too far from where the final begins")
    }

    @Test func `knows where what is loud begins`() {
        let map = map([(1, 1.5), (2, 2.5)])
        #expect(map.start(ofLoudAt: at(1.2)) == at(1))
        #expect(map.start(ofLoudAt: at(1.7)) == at(1.7))
        #expect(map.start(ofLoudAt: at(2.5)) == at(2))
        #expect(map.start(ofLoudAt: at(3)) == at(3))
    }

    @Test func `keeps a part for whoever asks late`() {
        var map = map([(1, 1.5), (50, 50.5), (99, 99.5)])
        let part = map.part(in: SampleRange(at(0), at(3)))
        map.forget(before: at(60))
        #expect(part.isLoud(in: SampleRange(at(1), at(2))))
        #expect(!part.isLoud(in: SampleRange(at(50), at(51))))
    }
}

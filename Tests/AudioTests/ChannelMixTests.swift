import Audio
import HarkenTesting
import Speech
import Testing

@Suite struct `A mix of channels` {
    private static let rate = SampleRate.speech

    /// Returns two seconds of a voice-like sound: noise of one seed that swells and fades, as syllables do.
    private static func voice(_ seed: UInt64, gain: Float = 0.3) -> [Float] {
        var generator = SeededGenerator(seed: seed)
        return (0..<32_000).map { index in
            let swell = abs(Float(index % 4_000) / 2_000 - 1)
            return gain * swell * Float.random(in: -1...1, using: &generator)
        }
    }

    private static func tone(gain: Float) -> [Float] {
        var state: (Float, Float) = (0, 0.17)
        return (0..<32_000).map { _ in
            state = (state.0 + 0.17 * state.1, state.1 - 0.17 * (state.0 + 0.17 * state.1))
            return gain * max(-1, min(1, state.0 * 4))
        }
    }

    private static func energy(_ samples: some Sequence<Float>) -> Float { samples.reduce(0) { $0 + $1 * $1 } }

    /// Returns the share of `voice` in a mix after its first tenth of a second: 1 when the mix has it as one of its channels has.
    private static func share(of voice: [Float], in mix: [Float]) -> Float {
        let start = 1_600
        let product = zip(voice[start...], mix[start...]).reduce(Float(0)) { $0 + $1.0 * $1.1 }
        return abs(product) / energy(voice[start...])
    }

    private static let ann = voice(1), bob = voice(2), quiet = voice(3, gain: 0.03)
    /// Ann's voice without its sharp sounds, at its former energy: as strong in some bands as a true voice is.
    private static let dull: [Float] = {
        var before: Float = 0
        let soft = ann.map { sample in
            before += 0.15 * (sample - before)
            return before
        }
        let gain = (energy(ann) / energy(soft)).squareRoot()
        return soft.map { $0 * gain }
    }()
    private static let silence = [Float](repeating: 0, count: 32_000)

    private static func sum(_ one: [Float], _ two: [Float]) -> [Float] { zip(one, two).map { $0 + $1 } }

    private static func late(_ samples: [Float], by count: Int) -> [Float] { Array(repeating: 0, count: count) + samples.dropLast(count) }

    private static func turned(_ samples: [Float], _ gain: Float = 1) -> [Float] { samples.map { -$0 * gain } }

    /// Channels, and the share of Ann's voice that their mix must have.
    struct Channels: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var samples: [[Float]]
        var share: Float

        init(_ name: String, _ samples: [[Float]], share: Float) { (testDescription, self.samples, self.share) = (name, samples, share) }
    }

    @Test(
        arguments: [
            Channels("a side turned around", [ann, turned(ann)], share: 1),
            Channels("a side turned around, quieter", [ann, turned(ann, 0.8)], share: 0.9),
            Channels("alike", [ann, ann], share: 1), Channels("one side silent", [ann, silence], share: 0.5),
            Channels("a tone beside", [tone(gain: 0.25), ann], share: 0.5), Channels("noise beside that is as loud", [bob, ann], share: 0.5),
            Channels("a side turned around, a tone over the other one", [sum(ann, tone(gain: 0.5)), turned(ann)], share: 1),
            Channels("a side turned around, a tone far louder", [sum(ann, tone(gain: 1.5)), turned(ann)], share: 1),
            Channels("a side turned around under its tone", [ann, sum(turned(ann), tone(gain: 1.5))], share: 1),
            Channels("alike, a tone over one", [sum(ann, tone(gain: 1.5)), ann], share: 1),
            Channels("three, a tone over one of a turned pair", [bob, sum(ann, tone(gain: 1.5)), turned(ann)], share: 2.0 / 3),
            Channels("three, two of them turned", [ann, turned(ann), turned(ann)], share: 1),
            Channels("six, in pairs", [ann, turned(ann), bob, turned(bob), silence, silence], share: 1.0 / 3),
            Channels("a loud pair beside", [bob, turned(bob), quiet.map { $0 * 3 }, ann, turned(ann), silence, silence, silence], share: 0.25),
        ])
    func `has a voice however its channels move`(channels: Channels) {
        var mix = ChannelMix(channelCount: channels.samples.count, rate: Self.rate)
        let mixed = mix.mix(channels.samples)
        #expect(mixed.count == 32_000)
        #expect(abs(Self.share(of: Self.ann, in: mixed) - channels.share) < 0.1, "\(Self.share(of: Self.ann, in: mixed))")
    }

    @Test(arguments: [SampleRate.speech, SampleRate(hertz: 44_100), .opus])
    func `has a voice that noise covers in the other channel`(rate: SampleRate) {
        // More than twice as strong as the voice.
        let noise = Self.bob.map { $0 * 2.2 }
        var mix = ChannelMix(channelCount: 2, rate: rate)
        // The sound of 16 kHz, as it is at another rate.
        let factor = max(1, rate.hertz / SampleRate.speech.hertz)
        func stretched(_ samples: [Float]) -> [Float] { samples.flatMap { Array(repeating: $0, count: factor) } }
        let voice = stretched(Self.dull)
        let mixed = mix.mix([stretched(Self.sum(Self.dull, noise)), voice.map { -$0 }])
        let start = voice.count / 10
        #expect(abs(Self.share(of: Array(voice[start...]), in: Array(mixed[start...])) - 1) < 0.1)
    }

    @Test(
        arguments: [
            Channels("two people", [ann, bob], share: 0.5), Channels("a tone beside", [tone(gain: 0.25), ann], share: 0.5),
            Channels(
                "two people, each heard on the other side",
                [sum(ann, late(bob, by: 20).map { $0 * 0.4 }), sum(bob, late(ann, by: 20).map { $0 * 0.4 })], share: 0.5),
            Channels("a person before two microphones", [dull, late(dull, by: 24)], share: 0.5),
            Channels("noise of each side", [sum(dull, bob.map { $0 * 3 }), sum(dull, voice(4).map { $0 * 3 })], share: 1),
        ])
    func `leaves ordinary stereo as it is`(channels: Channels) {
        var mix = ChannelMix(channelCount: 2, rate: Self.rate)
        #expect(mix.mix(channels.samples) == zip(channels.samples[0], channels.samples[1]).map { ($0 + $1) * 0.5 })
    }

    @Test func `has a quiet person beside a loud one, each on a side`() {
        var mix = ChannelMix(channelCount: 2, rate: Self.rate)
        let mixed = mix.mix([Self.ann, Self.quiet])
        #expect(abs(Self.share(of: Self.quiet, in: mixed) - 0.5) < 0.2)
    }

    @Test func `follows when the voices change, within a fifth of a second`() {
        var mix = ChannelMix(channelCount: 2, rate: Self.rate)
        _ = mix.mix([Self.ann, Self.ann])
        let mixed = mix.mix([Self.bob, Self.turned(Self.bob)])
        let after = 3_200
        #expect(Self.energy(mixed[after...]) > 0.9 * Self.energy(Self.bob[after...]))
    }

    @Test func `jumps nowhere`() {
        var mix = ChannelMix(channelCount: 2, rate: Self.rate)
        let slow = (0..<32_000).map { Float($0 % 8_000) / 8_000 - 0.5 }.map { $0 * $0 }
        let mixed = mix.mix([slow, Self.turned(slow)])
        #expect(zip(mixed, mixed.dropFirst()).allSatisfy { abs($1 - $0) < 0.01 })
    }

    @Test(arguments: [1, 7, 160, 1_600, 16_000])
    func `is the same in parts of any size`(size: Int) {
        let channels = [Self.ann, Self.turned(Self.ann, 0.9), Self.bob]
        var whole = ChannelMix(channelCount: 3, rate: Self.rate), parts = whole
        var mixed: [Float] = []
        for start in stride(from: 0, to: 32_000, by: size) {
            mixed += parts.mix(channels.map { Array($0[start..<min(start + size, 32_000)]) })
        }
        #expect(mixed == whole.mix(channels))
    }

    @Test func `is the same of 16-bit samples`() {
        var interleaved: [UInt8] = []
        PCM.appendLinear16(interleaving: [Self.ann, Self.turned(Self.ann)], to: &interleaved)
        var samples = ChannelMix(channelCount: 2, rate: Self.rate), bytes = samples
        var output: [UInt8] = [], expected: [UInt8] = []
        bytes.append(linear16: interleaved.span.bytes, to: &output)
        PCM.appendLinear16(samples.mix([Self.ann, Self.turned(Self.ann)]).span, to: &expected)
        #expect(output.count == 64_000)
        let pairs = zip(output.indices.lazy.filter { $0 % 2 == 1 }, expected.indices.lazy.filter { $0 % 2 == 1 })
        #expect(pairs.allSatisfy { abs(Int(Int8(bitPattern: output[$0])) - Int(Int8(bitPattern: expected[$1]))) <= 1 })
    }

    @Test func `goes on after samples that are no numbers`() {
        var mix = ChannelMix(channelCount: 2, rate: Self.rate)
        _ = mix.mix([[.nan, .infinity], [0, 1]])
        let mixed = mix.mix([Self.ann, Self.turned(Self.ann)])
        #expect(Self.share(of: Self.ann, in: mixed) > 0.9)
    }

    @Test func `drops a frame that is not whole`() {
        var mix = ChannelMix(channelCount: 2, rate: Self.rate)
        var output: [UInt8] = []
        let samples: [UInt8] = [100, 0, 44, 1, 9]
        mix.append(linear16: samples.span.bytes, to: &output)
        #expect(output == [200, 0])
    }
}

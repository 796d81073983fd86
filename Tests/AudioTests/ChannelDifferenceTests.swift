@testable import Audio
import HarkenTesting
import Speech
import Testing

@Suite struct `The difference between channels` {
    /// Returns seconds of a voice-like sound: noise of one seed that swells and fades, as syllables do.
    private static func voice(_ seed: UInt64, seconds: Int = 4) -> [Float] {
        var generator = SeededGenerator(seed: seed)
        return (0..<seconds * 16_000).map { 0.3 * abs(Float($0 % 4_000) / 2_000 - 1) * Float.random(in: -1...1, using: &generator) }
    }

    private static let ann = voice(1), bob = voice(2), silence = [Float](repeating: 0, count: 64_000)

    private static func scaled(_ samples: [Float], _ gain: Float) -> [Float] { samples.map { $0 * gain } }

    /// Two channels or more.
    struct Heard: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var channels: [[Float]]
        var isFound: Bool

        init(_ name: String, _ channels: [[Float]], _ isFound: Bool) { (testDescription, self.channels, self.isFound) = (name, channels, isFound) }
    }

    private static let recordings = [
        Heard("a person on each side, in turns", [ann + silence, silence + bob], true), Heard("a person on each side, at once", [ann, bob], true),
        Heard("the same person on each side, in turns", [ann + silence, silence + ann], true),
        Heard("three, two of them alike", [ann, scaled(ann, 0.5), bob], true),
        Heard("alike", [ann, ann], false), Heard("one quieter", [ann, scaled(ann, 0.1)], false),
        Heard("one turned around", [ann, scaled(ann, -1)], false),
        Heard("one silent", [ann, silence], false), Heard("one with hiss only", [ann, scaled(bob, 0.005)], false),
        Heard("both silent", [silence, silence], false),
        Heard("half a second of another one", [ann, Array(silence[8_000...]) + bob[..<8_000]], false),
    ]

    @Test(arguments: recordings) func `is sound of its own in two channels`(heard: Heard) {
        let channels = heard.channels
        var difference = ChannelDifference()
        for start in stride(from: 0, to: channels[0].count, by: 1_600) { difference.add(channels.map { Array($0[start..<start + 1_600]) }) }
        #expect(difference.isFound == heard.isFound)
    }

    @Test(arguments: recordings) func `is found in files`(heard: Heard) throws {
        let channels = heard.channels
        let samples = channels[0].indices.flatMap { index in channels.map { Int16($0[index] * 32_000) } }
        let file = try TemporaryFile(WAV(samples: .signed16(samples), channels: channels.count).bytes)
        #expect(ChannelDifference.channelCount(of: Recording(path: file.path)) == (heard.isFound ? channels.count : nil))
    }

    @Test func `is not asked of files with one channel, or that cannot be decoded`() throws {
        let mono = try TemporaryFile(WAV(samples: .signed16([Int16](repeating: 9_000, count: 32_000))).bytes), broken = try TemporaryFile([1, 2, 3])
        for path in [mono.path, broken.path, "/nowhere"] { #expect(ChannelDifference.channelCount(of: Recording(path: path)) == nil) }
    }
}

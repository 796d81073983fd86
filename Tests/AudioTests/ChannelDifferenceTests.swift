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

    private static let recordings: [(name: String, channels: [[Float]], isFound: Bool)] = [
        ("a person on each side, in turns", [ann + silence, silence + bob], true), ("a person on each side, at once", [ann, bob], true),
        ("the same person on each side, in turns", [ann + silence, silence + ann], true),
        ("three, two of them alike", [ann, scaled(ann, 0.5), bob], true),
        ("alike", [ann, ann], false), ("one quieter", [ann, scaled(ann, 0.1)], false), ("one turned around", [ann, scaled(ann, -1)], false),
        ("one silent", [ann, silence], false), ("one with hiss only", [ann, scaled(bob, 0.005)], false), ("both silent", [silence, silence], false),
        ("half a second of another one", [ann, Array(silence[8_000...]) + bob[..<8_000]], false),
    ]

    @Test(arguments: recordings) func `is sound of its own in two channels`(name: String, channels: [[Float]], isFound: Bool) {
        var difference = ChannelDifference()
        for start in stride(from: 0, to: channels[0].count, by: 1_600) { difference.add(channels.map { Array($0[start..<start + 1_600]) }) }
        #expect(difference.isFound == isFound, "\(name)")
    }

    @Test(arguments: recordings) func `is found in files`(name: String, channels: [[Float]], isFound: Bool) throws {
        let samples = channels[0].indices.flatMap { index in channels.map { Int16($0[index] * 32_000) } }
        let file = try TemporaryFile(WAV(samples: .signed16(samples), channels: channels.count).bytes)
        #expect(ChannelDifference.channelCount(of: Recording(path: file.path)) == (isFound ? channels.count : nil), "\(name)")
    }

    @Test func `is not asked of files with one channel, or that cannot be decoded`() throws {
        let mono = try TemporaryFile(WAV(samples: .signed16([Int16](repeating: 9_000, count: 32_000))).bytes), broken = try TemporaryFile([1, 2, 3])
        for path in [mono.path, broken.path, "/nowhere"] { #expect(ChannelDifference.channelCount(of: Recording(path: path)) == nil) }
    }
}

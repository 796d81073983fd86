import Audio
import Speech
import Testing

@Suite struct `Channels that come separately` {
    private var mix = ChannelInterleaver(channels: 2, rate: .telephone)
    private let start = Instant.now

    private mutating func append(_ samples: [Int16], to channel: Int, at milliseconds: Int) {
        let pcm = bytes(samples)
        mix.append(pcm.span.bytes, to: ChannelIndex(channel), now: start + .milliseconds(milliseconds))
    }

    private mutating func take(at milliseconds: Int) -> [Int16] {
        var output: [UInt8] = []
        mix.take(now: start + .milliseconds(milliseconds), into: &output)
        return numbers(output)
    }

    @Test mutating func `go on together as soon as both are there`() {
        append([1, 2, 3], to: 0, at: 0)
        let before = take(at: 0)
        #expect(before.isEmpty)
        append([-1, -2], to: 1, at: 30)
        let both = take(at: 30)
        #expect(both == [1, -1, 2, -2])
        #expect(mix.deadline == start + .milliseconds(200))
        append([-3], to: 1, at: 40)
        let rest = take(at: 40)
        #expect(rest == [3, -3])
        #expect(mix.deadline == nil)
    }

    @Test mutating func `do not wait for one that says nothing`() {
        for step in 0..<20 { append([Int16](repeating: Int16(step + 1), count: 800), to: 0, at: step * 100) }
        let output = take(at: 1_900)
        // All but the last 200 ms.
        #expect(output.count / 2 == 18 * 800)
        let isSilent = stride(from: 1, to: output.count, by: 2).allSatisfy { output[$0] == 0 }
        #expect(isSilent)
    }

    @Test mutating func `are where the others are when they come back`() {
        append([Int16](repeating: 5, count: 1_600), to: 0, at: 0)
        let alone = take(at: 250)
        #expect(alone.count == 3_200)
        append([Int16](repeating: 6, count: 800), to: 0, at: 300)
        append([Int16](repeating: 7, count: 800), to: 0, at: 400)
        append([Int16](repeating: 9, count: 800), to: 1, at: 400)
        let output = take(at: 400)
        #expect(output.count == 3_200)
        var expected: [Int16] = []
        for _ in 0..<800 { expected += [6, 0] }
        for _ in 0..<800 { expected += [7, 9] }
        #expect(output == expected)
    }

    @Test mutating func `end whole`() {
        append([1, 2], to: 0, at: 0)
        append([-1, -2, -3], to: 1, at: 0)
        var output: [UInt8] = []
        mix.finish(into: &output)
        #expect(numbers(output) == [1, -1, 2, -2, 0, -3])
    }

    @Test mutating func `take no more memory than that of some seconds, whoever sends`() {
        for step in 0..<140 { append([Int16](repeating: 1, count: 8_000), to: step % 7 == 6 ? 1 : 0, at: 0) }
        let output = take(at: 0)
        #expect(output.count / 2 >= (120 - 10) * 8_000)
    }
}

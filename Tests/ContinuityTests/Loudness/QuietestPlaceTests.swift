import Continuity
import Speech
import Testing

@Suite struct `The quietest place` {
    /// Mono PCM of blocks of 50 ms with these loudnesses.
    private func sound(_ blocks: [Int16]) -> [UInt8] {
        blocks.flatMap { level in (0..<800).flatMap { _ in [UInt8(truncatingIfNeeded: level), UInt8(truncatingIfNeeded: level >> 8)] } }
    }

    private func place(_ channels: [[Int16]], from start: Int = 0) -> Int64? {
        var quietest = QuietestPlace(rate: .speech)
        quietest.measure(channels.map(sound), from: SampleIndex(start))
        return quietest.place?.samples
    }

    @Test func `is the middle of the block with the least power`() {
        #expect(place([[900, -30, 40, 900]]) == 1_200)
        #expect(place([[900, 40, -30, 900]], from: 16_000) == 18_000)
    }

    @Test func `is the first of several`() { #expect(place([[5, 0, 0, 5]]) == 1_200) }

    @Test func `counts all channels`() { #expect(place([[0, 100, 900], [900, 100, 0]]) == 1_200) }

    @Test func `is kept over pieces`() {
        var quietest = QuietestPlace(rate: .speech)
        for (index, level) in [Int16(900), 20, 300].enumerated() { quietest.measure([sound([level])], from: SampleIndex(800 * index)) }
        #expect(quietest.place?.samples == 1_200)
    }

    @Test func `is nowhere in less than a block`() {
        var quietest = QuietestPlace(rate: .speech)
        quietest.measure([[UInt8](repeating: 0, count: 1_598)], from: .zero)
        #expect(quietest.place == nil)
    }
}

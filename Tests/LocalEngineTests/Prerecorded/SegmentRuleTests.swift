import LocalEngine
import Speech
import Testing

@Suite struct `Segment rule` {
    private func word(_ start: Int, _ end: Int) -> Word { Word("w", SampleRange(SampleIndex(start), SampleIndex(end)), confidence: 1) }

    @Test func `a long pause separates segments, a short one does not`() {
        let words = [word(0, 100), word(200, 300), word(300 + 11_200, 12_000), word(12_100, 12_200)]
        let segments = SegmentRule.segments(of: words)
        #expect(segments.map(\.words) == [0..<2, 2..<4])
        #expect(segments.map(\.range) == [SampleRange(SampleIndex(0), SampleIndex(300)), SampleRange(SampleIndex(11_500), SampleIndex(12_200))])
    }

    @Test func `no words make no segments`() {
        #expect(SegmentRule.segments(of: []).isEmpty)
    }
}

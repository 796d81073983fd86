import Speech
import Testing

@Suite struct `A transcript of which only the text is known` {
    private static let words = ["aa", "bbbb"].map { Word($0, SampleRange(.zero, .zero), confidence: 1) }
    private static let transcript = Transcript(
        rate: .speech, length: .zero, language: .english, model: "m",
        channels: [
            .init(
                words: words, segments: [.init(range: SampleRange(.zero, .zero), words: 0..<2)],
                estimated: [.init(range: SampleRange(.zero, .zero), words: 0..<2)])
        ])

    @Test func `is spread over the recording`() {
        let all = SampleRange(.zero, SampleIndex(8_000))
        let spread = Self.transcript.spread(over: SampleCount(8_000))
        #expect(spread.length == SampleCount(8_000))
        #expect(
            spread.channels[0].words.map(\.range) == [SampleRange(.zero, SampleIndex(3_000)), SampleRange(SampleIndex(3_000), SampleIndex(8_000))])
        #expect(spread.channels[0].estimated.map(\.range) == [all])
        #expect(spread.channels[0].segments.map(\.range) == [all])
    }

    @Test func `keeps the times that its engine gave`() {
        var known = Self.transcript
        known.channels[0].estimated = []
        let spread = known.spread(over: SampleCount(8_000))
        #expect(spread.length == SampleCount(8_000))
        #expect(spread.channels == known.channels)
    }
}

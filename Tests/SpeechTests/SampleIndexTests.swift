import Speech
import Testing

@Suite struct `A sample index` {
    @Test(arguments: [(0, 0), (8_000, 16_000), (1, 2), (12_345, 24_690)])
    func `keeps its moment at another rate`(at8k: Int, at16k: Int) {
        #expect(SampleIndex(at8k).converted(from: .telephone, to: .speech) == SampleIndex(at16k))
        #expect(SampleIndex(at16k).converted(from: .speech, to: .telephone) == SampleIndex(at8k))
    }

    @Test func `rounds to the nearest sample`() {
        #expect(SampleIndex(1).converted(from: .opus, to: .speech) == SampleIndex(0))
        #expect(SampleIndex(2).converted(from: .opus, to: .speech) == SampleIndex(1))
        #expect(SampleIndex(milliseconds: 1, at: SampleRate(hertz: 44_100)) == SampleIndex(44))
    }

    @Test(arguments: [8_000, 11_025, 16_000, 44_100, 48_000])
    func `turns into a duration and back`(hertz: Int) {
        let rate = SampleRate(hertz: hertz)
        for samples in [0, 1, 7, hertz - 1, hertz, 123_456_789] {
            #expect(SampleCount(SampleCount(samples).duration(at: rate), at: rate) == SampleCount(samples))
        }
    }
}

@Suite struct `A word` {
    @Test(arguments: [("Hello,", "hello"), ("“It's", "it's"), ("$5.", "$5"), ("—", "—"), ("U.S.", "u.s")])
    func `has a bare form`(text: String, bare: String) {
        #expect(Word(text, SampleRange(.zero, .zero), confidence: 1).bare == bare)
    }
}

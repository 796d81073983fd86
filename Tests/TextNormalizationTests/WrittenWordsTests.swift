import Speech
import Testing
import TextNormalization

@Suite struct `Words in written form` {
    private func word(_ text: String, _ start: Int64, _ end: Int64, confidence: Float = 0.9, speaker: Int? = nil) -> Word {
        Word(text, SampleRange(SampleIndex(start), SampleIndex(end)), confidence: confidence, speaker: speaker.map { SpeakerLabel($0) })
    }

    @Test func `have the time and the lowest confidence of what was spoken`() throws {
        let normalizer = try #require(InverseTextNormalizer(.english))
        let words = [
            word("for", 0, 10), word("twenty", 10, 30, confidence: 0.8), word("five", 30, 40, confidence: 0.4), word("dollars.", 40, 70),
            word("Yes.", 80, 90),
        ]
        #expect(normalizer.written(words) == [words[0], word("$25.", 10, 70, confidence: 0.4), words[4]])
    }

    @Test func `divide the time of a form of several words, without a gap`() throws {
        let normalizer = try #require(InverseTextNormalizer(.english))
        let written = normalizer.written([word("two", 100, 200), word("billion", 200, 300), word("euros", 300, 400), word("more", 400, 500)])
        #expect(written.map(\.text) == ["€2", "billion", "more"])
        #expect(written[0].range.start == SampleIndex(100) && written[1].range.end == SampleIndex(400))
        #expect(
            written[0].range.end == written[1].range.start && written[0].range.end > SampleIndex(100) && written[1].range.start < SampleIndex(400))
    }

    @Test func `do not join what two people say`() throws {
        let normalizer = try #require(InverseTextNormalizer(.english))
        let written = normalizer.written([word("twenty", 0, 10, speaker: 0), word("five", 10, 20, speaker: 1)])
        #expect(written.map(\.text) == ["20", "five"])
    }

    @Test func `have rules for English only`() {
        #expect(InverseTextNormalizer(LanguageTag("de")) == nil)
        #expect(InverseTextNormalizer(LanguageTag("en-GB")) != nil)
        #expect(InverseTextNormalizer(.english, kinds: []) == nil)
    }
}

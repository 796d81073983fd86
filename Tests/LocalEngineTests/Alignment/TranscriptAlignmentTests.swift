import HarkenTesting
import LocalEngine
import Speech
import Testing

@Suite struct `Placing the words of a transcript` {
    private func seconds(_ start: Double, _ end: Double) -> SampleRange {
        SampleRange(SampleIndex(seconds: start, at: .speech), SampleIndex(seconds: end, at: .speech))
    }

    /// Estimated intervals of two words each.
    private func transcript(_ intervals: [(Double, Double)]) -> Transcript {
        let estimated = intervals.enumerated().map { index, ends in
            Transcript.Segment(range: seconds(ends.0, ends.1), words: 2 * index..<2 * index + 2)
        }
        let words = estimated.flatMap { segment in ["one", "two"].map { Word($0, segment.range, confidence: 1) } }
        let segments = estimated.isEmpty ? [] : [Transcript.Segment(range: seconds(0, 1_000), words: 0..<words.count)]
        return Transcript(
            rate: .speech, length: SampleCount(.seconds(1_000), at: .speech), language: .english, model: "m",
            channels: [.init(words: words, segments: segments, estimated: estimated)])
    }

    @Test func `searches neighbours together, with a margin, and nothing that is too long`() {
        let alignment = TranscriptAlignment(transcript([(0, 10), (10, 20), (20, 29), (29, 41), (41, 240), (240, 250)]))
        #expect(
            alignment.intervals == [
                .init(words: 0..<6, audio: seconds(0, 29.4)), .init(words: 6..<8, audio: seconds(28.6, 41.4)),
                .init(words: 10..<12, audio: seconds(239.6, 250.4)),
            ])
        #expect(alignment.texts(of: alignment.intervals[1]) == ["one", "two"])
    }

    @Test func `moves words, never back, and says what is still estimated`() {
        var alignment = TranscriptAlignment(transcript([(0, 20), (20, 40), (40, 240)]))
        #expect(alignment.intervals.count == 2)
        alignment.place(alignment.intervals[0], [16_000..<24_000, 310_000..<320_000])
        // The second interval's audio begins 0.4 s before it: its first word may not lie before the last of the first.
        alignment.place(alignment.intervals[1], [0..<8_000, 32_000..<48_000])
        alignment.place(alignment.intervals[1], [0..<1])
        let placed = alignment.finished().channels[0]
        #expect(placed.words.map(\.range.start.samples) == [16_000, 310_000, 313_600, 345_600, 640_000, 640_000])
        #expect(placed.words[3].range.end.samples == 361_600)
        #expect(placed.estimated.map(\.words) == [4..<6])
        #expect(placed.segments.map(\.range) == [SampleRange(SampleIndex(16_000), SampleIndex(seconds: 240, at: .speech))])
    }

    @Test func `finds nothing to do where nothing is estimated`() {
        let known = transcript([])
        #expect(TranscriptAlignment(known).intervals.isEmpty)
        #expect(TranscriptAlignment(known).finished() == known)
    }

    @Suite(.needs(TestModels.areThere, TestModels.needed), .hangLimit) struct `in a recording` {
        private static let name = "librivox/sense_and_sensibility_01_austen_64kb-0870.wav"
        private static let text = "And Mr. John Dashwood had then leisure to consider how much there might be prudently in his power to do for them."

        private func transcript(_ language: LanguageTag = .english) -> Transcript {
            let words = Self.text.split(separator: " ").map { Word(String($0), SampleRange(.zero, .zero), confidence: 1) }
            let all = Transcript.Segment(range: SampleRange(.zero, .zero), words: 0..<words.count)
            return Transcript(
                rate: .speech, length: .zero, language: language, model: "m", channels: [.init(words: words, segments: [all], estimated: [all])]
            ).spread(over: SampleCount(.seconds(7), at: .speech))
        }

        @Test func `puts words where they are spoken, of a language that it knows`() async throws {
            let engine = TestModels.engine
            let recording = Recording(path: TestModels.recording(Self.name))
            let aligned = try #require(try await engine.align(transcript(), in: recording))
            // Starts in seconds, from the alignment that is published with the recording.
            for (index, expected) in [(1, 0.37), (3, 0.98), (6, 2.25), (8, 2.89), (12, 4.52), (16, 5.56), (21, 6.61)] {
                let start = aligned.channels[0].words[index].range.start.seconds(at: .speech)
                #expect(abs(start - expected) <= 0.05, "\(aligned.channels[0].words[index].text)")
            }
            #expect(aligned.channels[0].estimated.isEmpty)
            #expect(try await engine.align(transcript(LanguageTag("de")), in: recording) == nil)
        }
    }
}

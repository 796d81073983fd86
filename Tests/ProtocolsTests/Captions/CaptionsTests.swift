import HarkenTesting
import Protocols
import Speech
import Testing

@Suite(.hangLimit) struct `Subtitles` {
    private func transcript(_ words: [Word], length: Double = 60) -> Transcript {
        Transcript(
            rate: .speech, length: SampleCount(Int(length * 16_000)), language: .english, model: "m", channels: [.init(words: words, segments: [])])
    }

    @Test func `are written as SubRip`() {
        let cues = [Cue(start: 80, end: 3_411, lines: ["The quick", "brown fox."]), Cue(start: 3_500, end: 360_000_000, lines: ["a --> b"])]
        #expect(
            String(decoding: Captions.srt(cues), as: UTF8.self) == """
                1
                00:00:00,080 --> 00:00:03,411
                The quick
                brown fox.

                2
                00:00:03,500 --> 100:00:00,000
                a -> b


                """)
        #expect(Captions.srt([]).isEmpty)
    }

    @Test func `are written as WebVTT`() {
        let cues = [Cue(start: 59_999, end: 60_000, lines: ["R&D <3 x --> y"])]
        #expect(
            String(decoding: Captions.vtt(cues), as: UTF8.self) == """
                WEBVTT

                00:00:59.999 --> 00:01:00.000
                R&amp;D &lt;3 x --&gt; y


                """)
        #expect(String(decoding: Captions.vtt([]), as: UTF8.self) == "WEBVTT\n\n")
    }

    @Test func `break at sentence ends and pauses first`() {
        let spoken = words("Please call me tomorrow at noon. I will be there until three.", from: 0, each: 0.3)
        #expect(
            Captions.cues(of: transcript(spoken)).map(\.lines) == [["Please call me tomorrow at noon."], ["I will be there until three."]])
        let paused = words("and then we", from: 0, each: 0.4) + words("went home", from: 3.2, each: 0.5)
        #expect(Captions.cues(of: transcript(paused)).map(\.lines) == [["and then we"], ["went home"]])
    }

    @Test func `never hold two speakers`() {
        let spoken = words("Hello", from: 0, speaker: 0) + words("Hi", from: 0.5, speaker: 1)
        #expect(Captions.cues(of: transcript(spoken)).map(\.lines) == [["Hello"], ["Hi"]])
    }

    @Test func `are even in two lines`() {
        let spoken = words("The quick brown fox jumps over the lazy dog and runs away", from: 0, each: 0.3)
        #expect(Captions.cues(of: transcript(spoken)).map(\.lines) == [["The quick brown fox jumps over", "the lazy dog and runs away"]])
    }

    @Test func `keep their bounds for any speech`() {
        var random = SeededGenerator(seed: 7)
        for _ in 0..<200 {
            var spoken: [Word] = [], at: Int64 = 0
            for _ in 0..<Int.random(in: 1...120, using: &random) {
                at += Int64.random(in: 0...(Int.random(in: 0...9, using: &random) == 0 ? 40_000 : 1_000), using: &random)
                let end = at + Int64.random(in: 0...12_000, using: &random)
                let letters = String(repeating: "x", count: Int.random(in: 1...14, using: &random))
                let mark = ["", "", "", "", ",", "."][Int.random(in: 0...5, using: &random)]
                spoken.append(Word(letters + mark, SampleRange(SampleIndex(at), SampleIndex(end)), confidence: 1))
                at = end
            }
            let ranges = CaptionSplitter.split(spoken, rate: .speech)
            #expect(ranges.flatMap { Array($0) } == Array(spoken.indices), "every word in one caption, in order")
            let cues = Captions.cues(of: transcript(spoken, length: Double(at) / 16_000))
            #expect(cues.count == ranges.count)
            for (index, cue) in cues.enumerated() {
                #expect(cue.end > cue.start)
                #expect(cue.lines.count <= 2 && cue.lines.allSatisfy { $0.count <= 42 && !$0.isEmpty })
                if ranges[index].count > 1 { #expect(cue.end - cue.start <= 7_001) }
                if index > 0 { #expect(cue.start >= cues[index - 1].end) }
            }
        }
    }

    @Test func `give a long word a line of its own and a short cue time to be read`() {
        let long = String(repeating: "y", count: 60)
        let cues = Captions.cues(of: transcript([Word(long, SampleRange(.zero, SampleIndex(1_600)), confidence: 1)]))
        #expect(cues == [Cue(start: 0, end: 1_000, lines: [long])])
    }

    @Test(arguments: [".", "\u{0E48}"]) func `take time in proportion to the words that no line parts`(mark: String) {
        let count = 50_000
        let marks = (0..<count).map { Word(mark, SampleRange(SampleIndex($0), SampleIndex($0 + 1)), confidence: 1) }
        let cues = Captions.cues(of: transcript(marks))
        #expect(cues.map(\.lines) == [[String(repeating: mark, count: count)]])
    }

    @Test func `leave out what has no text`() {
        #expect(Captions.cues(of: transcript([Word(" ", SampleRange(.zero, SampleIndex(1_600)), confidence: 1)])).isEmpty)
        #expect(Captions.cues(of: transcript([])).isEmpty)
    }

    private func word(_ text: String, _ start: Double, _ end: Double) -> Word {
        Word(text, SampleRange(SampleIndex(seconds: start, at: .speech), SampleIndex(seconds: end, at: .speech)), confidence: 1)
    }

    /// Words of a first and a second channel, and the times of their captions in milliseconds.
    private static let atOnce: [(first: (Double, Double), second: (Double, Double), shown: [Range<Int64>])] = [
        ((0, 4), (0.01, 3), [0..<4_000, 10..<3_000]), ((0, 0.2), (0.01, 3), [0..<500, 10..<3_000]), ((0, 3), (0, 3), [0..<3_000, 0..<3_000]),
        ((0, 0.3), (0.7, 3), [0..<700, 700..<3_000]), ((0, 0.3), (2, 5), [0..<1_000, 2_000..<5_000]), ((0, 0.3), (0.3, 5), [0..<500, 300..<5_000]),
    ]

    @Test(arguments: atOnce.indices) func `stay to be read while another channel speaks`(index: Int) {
        let (first, second, shown) = Self.atOnce[index]
        let channels = [[word("One.", first.0, first.1)], [word("Two.", second.0, second.1)]]
        let cues = Captions.cues(of: channels, rate: .speech, length: SampleCount(160_000))
        #expect(cues.map { $0.start..<$0.end } == shown && cues.map(\.lines) == [["One."], ["Two."]])
    }

    @Test func `do not overlap within a channel`() {
        let channels = [[[word("One.", 0, 0.2)], [word("Two.", 0.3, 0.4), word("Three.", 2.5, 3)]], [[word("Four.", 0.1, 0.3)]]]
        let cues = Captions.cues(of: channels, rate: .speech, length: SampleCount(160_000))
        #expect(cues.map { $0.start..<$0.end } == [0..<300, 100..<600, 300..<1_300, 2_500..<3_500])
        #expect(cues.map(\.lines) == [["One."], ["Four."], ["Two."], ["Three."]])
    }

    @Test func `of many channels stay for half a second at least`() {
        let channels = (0..<8).map { channel in (0..<2_000).map { word("One.", Double($0) * 2 + Double(channel) / 100, Double($0) * 2 + 1) } }
        let cues = Captions.cues(of: channels, rate: .speech, length: SampleCount(64_000_000))
        #expect(cues.count == 16_000 && cues.allSatisfy { $0.end - $0.start >= 500 })
    }
}

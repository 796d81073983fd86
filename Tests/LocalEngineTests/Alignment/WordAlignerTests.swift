import HarkenTesting
import LocalEngine
import Speech
import Testing

@Suite(.needs(TestModels.areThere, TestModels.needed)) struct `Word aligner` {
    private static let recording = "librivox/sense_and_sensibility_01_austen_64kb-0870.wav"

    private static let loaded = Result {
        try WordAligner(
            library: AlignerLibrary(path: TestModels.folder.path(of: .alignerLibrary)), acousticModel: TestModels.folder.alignerFolder,
            dictionary: TestModels.folder.path(of: .alignerDictionary), decoders: 2)
    }

    private func aligner() throws -> WordAligner { try Self.loaded.get() }

    private let text = [
        "And", "Mr.", "John", "Dashwood", "had", "then", "leisure", "to", "consider", "how", "much", "there", "might", "be", "prudently", "in", "his",
        "power", "to", "do", "for", "them.",
    ]

    @Test func `places words where a published alignment of the recording has them`() throws {
        let samples = try TestModels.samples(Self.recording)
        let ranges = try aligner().align(text, in: samples, speech: 0..<samples.count)
        // Starts in seconds, from the alignment that is published with the recording.
        let expected = [
            0.2, 0.37, 0.63, 0.98, 1.58, 1.84, 2.25, 2.71, 2.89, 3.44, 4.0, 4.33, 4.52, 4.79, 4.94, 5.46, 5.56, 5.75, 6.04, 6.14, 6.35, 6.61,
        ]
        for (word, (range, seconds)) in zip(text, zip(ranges, expected)) {
            #expect(abs(Double(range.lowerBound) / 16_000 - seconds) <= 0.05, "\(word)")
        }
    }

    @Test func `gives the same times again, on any decoder, also for words that no dictionary has`() async throws {
        let samples = try TestModels.samples(Self.recording)
        let aligner = try aligner()
        let words = text.map { $0 == "Dashwood" ? "Daeshwud" : $0 }
        let first = aligner.align(words, in: samples, speech: 0..<samples.count)
        await withTaskGroup(of: [Range<Int>].self) { group in
            for _ in 0..<4 { group.addTask { aligner.align(words, in: samples, speech: 0..<samples.count) } }
            for await again in group { #expect(again == first) }
        }
        let known = aligner.align(text, in: samples, speech: 0..<samples.count)
        #expect(zip(first, known).allSatisfy { abs($0.lowerBound - $1.lowerBound) <= 480 })
    }

    @Test(arguments: [5, 9, 14, 18])
    func `gives words the same times wherever the recording is cut`(count: Int) throws {
        let samples = try TestModels.samples(Self.recording)
        let aligner = try aligner()
        let whole = aligner.align(text, in: samples, speech: 0..<samples.count)
        let part = aligner.place(Array(text[..<count]), in: Array(samples[..<whole[count - 1].upperBound]))
        let ranges = try #require(part)
        // The last word's end is where the audio ends. A frame is 160 samples.
        for (word, (range, other)) in zip(text, zip(ranges, whole)).prefix(count - 1) {
            #expect(max(abs(range.lowerBound - other.lowerBound), abs(range.upperBound - other.upperBound)) <= 480, "\(word)")
        }
    }

    @Test(arguments: [0, 800, 1_600, 3_200])
    func `ends the last word where it ends, however much silence is behind it`(more: Int) throws {
        let samples = try TestModels.samples("beckett.wav")
        // "Ever tried.", and a pause: its end in an alignment of the whole recording.
        let part = try aligner().place(["Ever", "tried."], in: Array(samples[..<(18_560 + more)]))
        let end = try #require(part?.last?.upperBound)
        #expect(abs(end - 18_560) <= 320)
    }

    @Test func `falls back to shares of the speech when the words are not in the audio`() throws {
        let words = ["nothing", "here"]
        let ranges = try aligner().align(words, in: [Float](repeating: 0, count: 800), speech: 0..<800)
        #expect(ranges == ProportionalTimes.ranges(of: words, in: 0..<800))
    }

    @Test func `says what is missing`() {
        #expect(throws: AlignerUnavailable.self) { try AlignerLibrary(path: "/nowhere/libpocketsphinx.so") }
    }
}

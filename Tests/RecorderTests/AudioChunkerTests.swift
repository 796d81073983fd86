@testable import Recorder
import Speech
import Testing

struct AudioChunkerTests {
    /// A loud tone, as a square wave.
    private static func tone(_ seconds: Double) -> [Int16] {
        (0..<Int(seconds * 16_000)).map { $0 / 20 % 2 == 0 ? 8_000 : -8_000 }
    }

    private static func quiet(_ seconds: Double) -> [Int16] {
        (0..<Int(seconds * 16_000)).map { $0 % 3 == 0 ? 100 : -80 }
    }

    private static func chunks(of samples: [Int16], in piece: Int = 1_600, _ profile: ChunkProfile = .atPauses) -> [RecordedChunk] {
        var chunker = AudioChunker(profile)
        var chunks: [RecordedChunk] = []
        var index = 0
        while index < samples.count {
            chunks += chunker.append(samples[index..<min(samples.count, index + piece)].span)
            index += piece
        }
        if let last = chunker.finish() { chunks.append(last) }
        return chunks
    }

    @Test("a minute without a pause is cut every fifteen seconds, half a second repeated", arguments: [ChunkProfile.atPauses, .even])
    func tone(profile: ChunkProfile) {
        let samples = Self.tone(60)
        let chunks = Self.chunks(of: samples, profile)
        #expect(chunks.map { $0.range.start.seconds(at: .speech) } == [0, 14.5, 29, 43.5, 58])
        #expect(chunks.dropLast().allSatisfy { $0.samples.count * 2 == 480_000 })
        #expect(chunks.map(\.isFinal) == [false, false, false, false, true])
        // Without what is repeated they are the recording, sample for sample.
        let joined = chunks.enumerated().flatMap { index, chunk in chunk.samples.dropFirst(index == 0 ? 0 : 8_000) }
        #expect(joined == samples)
    }

    @Test("the same chunks however the audio comes in pieces", arguments: [1, 160, 1_600, 500_000])
    func pieces(piece: Int) {
        let samples = Self.tone(7) + Self.quiet(0.5) + Self.tone(20) + Self.quiet(3) + Self.tone(2)
        #expect(Self.chunks(of: samples, in: piece) == Self.chunks(of: samples))
    }

    @Test("is cut within the first pause after six seconds")
    func pause() {
        let chunks = Self.chunks(of: Self.tone(4) + Self.quiet(0.5) + Self.tone(4) + Self.quiet(0.5) + Self.tone(4))
        #expect(chunks.count == 2)
        let end = chunks[0].range.end.seconds(at: .speech)
        #expect((8.5...8.85).contains(end))
        #expect(chunks[1].range.start == chunks[0].range.end - SampleCount(8_000))
        #expect(chunks[1].range.end.seconds(at: .speech) == 13)
    }

    @Test("a pause that is too short, or has nothing said before it, ends nothing")
    func noPause() {
        #expect(Self.chunks(of: Self.tone(7) + Self.quiet(0.3) + Self.tone(5)).count == 1)
        #expect(Self.chunks(of: Self.quiet(14)).count == 1)
    }

    @Test("nothing recorded is no chunk, and nothing new since the last chunk is none either")
    func nothing() {
        #expect(Self.chunks(of: []).isEmpty)
        #expect(Self.chunks(of: Self.tone(15)).count == 1)
    }

    @Test("goes on at the place where an earlier run stopped")
    func resumed() {
        var chunker = AudioChunker(from: SampleIndex(160_000))
        #expect(chunker.append(Self.tone(1).span).isEmpty)
        #expect(chunker.finish()?.range == SampleRange(SampleIndex(160_000), SampleIndex(176_000)))
    }
}

struct SpeechMeasureTests {
    private func verdict(_ windows: [(Float, Float)]) -> SpeechVerdict {
        var measure = SpeechMeasure(window: .milliseconds(32))
        for (probability, power) in windows { measure.add(probability: probability, power: power) }
        return measure.verdict
    }

    @Test("a fifth of a second of speech is enough, in one piece or not")
    func enough() {
        #expect(verdict(Array(repeating: (0.9, 0.01), count: 7)) == .speech)
        #expect(verdict((0..<14).map { ($0 % 2 == 0 ? 0.9 : 0.1, 0.01) }) == .speech)
        #expect(verdict(Array(repeating: (0.9, 0.01), count: 6)) == .energeticNonSpeech)
    }

    @Test("says why there is nothing to send")
    func reasons() {
        #expect(verdict([]) == .emptyAudio)
        #expect(verdict(Array(repeating: (0.01, 1e-7), count: 400)) == .insufficientSpeech)
        #expect(verdict(Array(repeating: (0.01, 0.1), count: 400)) == .energeticNonSpeech)
    }
}

import Audio
import Speech
import Synchronization

/// An engine that decodes a recording with a source of the test's choice, and says how many samples it had.
final class DecodingEngine: PrerecordedEngine {
    let name = EngineName("decoding")
    let capabilities = Capabilities(streaming: false, prerecorded: true, languages: .only(["en"]), models: ["decoding-1"])
    private let media: any MediaSource
    /// Called with the first block of each recording.
    private let firstBlock: @Sendable () -> Void

    init(_ media: any MediaSource, firstBlock: @escaping @Sendable () -> Void = {}) {
        self.media = media
        self.firstBlock = firstBlock
    }

    func recognize(
        _ recording: Recording, options: RecognitionOptions, progress: @escaping @Sendable (RecognitionProgress) -> Void
    ) async throws(EngineError) -> Transcript {
        do throws(MediaError) {
            let file = try await media.open(recording)
            var length = SampleCount.zero
            while let block = try file.next() {
                if length == .zero { firstBlock() }
                length += block.count
            }
            let word = Word("samples-\(length.samples)", SampleRange(.zero, SampleIndex(16_000)), confidence: 0.9)
            return Transcript(
                rate: .speech, length: length, language: .english, model: "decoding-1",
                channels: [.init(words: [word], segments: [.init(range: SampleRange(.zero, SampleIndex(16_000)), words: 0..<1)])])
        } catch {
            throw EngineError(error)
        }
    }
}

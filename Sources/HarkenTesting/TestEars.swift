package import Conversations
package import Speech
internal import Synchronization

/// An engine that tells speech from silence, and voices from each other, without any model: what is loud is speech, and a voice is its samples' sign.
/// Turns are over that are said with samples above zero.
package final class TestEars: PrerecordedEngine, VoiceDetecting, Voiceprinting, EmbeddingModels, TurnJudging {
    package let name = EngineName("ears")
    package let capabilities = Capabilities(streaming: false, prerecorded: true, languages: .any, models: [])
    package let window = SampleCount(512)
    package let model = "sign"
    package let shortest = Duration.milliseconds(500)
    /// The detector fails at its first window.
    private let failsToDetect: Bool
    /// Nothing tells speech from silence yet.
    private let isLoading: @Sendable () -> Bool
    /// True if no voice can be listened to now.
    private let isDeaf: @Sendable () -> Bool

    package init(
        failsToDetect: Bool = false, isLoading: @escaping @Sendable () -> Bool = { false }, isDeaf: @escaping @Sendable () -> Bool = { false }
    ) {
        self.failsToDetect = failsToDetect
        self.isLoading = isLoading
        self.isDeaf = isDeaf
    }

    package var sentences: (any TextEmbedding)? { nil }
    package var voiceprints: (any Voiceprinting)? { self }

    package func recognize(
        _ recording: Recording, options: RecognitionOptions, progress: @escaping @Sendable (RecognitionProgress) -> Void
    ) async throws(EngineError) -> Transcript { throw .unavailable("these are ears only") }

    package let longestTurn = Duration.seconds(8)
    private let judgments = Mutex(0)

    /// Number of turns that the engine was asked about.
    package var judged: Int { judgments.withLock { $0 } }

    package let completeness: Float = 0.5

    package func judge(turn samples: [Float]) async -> Float? {
        judgments.withLock { $0 += 1 }
        return samples.reduce(0, +) > 0 ? 0.75 : 0.25
    }

    package func makeDetector() throws(EngineError) -> (any VoiceDetector)? { isLoading() ? nil : Detector(fails: failsToDetect) }

    package func voiceprint(of samples: [Float]) async throws -> Voiceprint? {
        guard !isDeaf() else { throw EngineError.unavailable("these ears hear nothing now") }
        let sum = samples.reduce(0, +)
        return Voiceprint(sum > 0 ? [1, 0] : [0, 1], model: model)
    }

    private struct Detector: VoiceDetector {
        let fails: Bool
        private var pending: [Float] = []

        init(fails: Bool) { self.fails = fails }

        mutating func append(_ samples: Span<Float>, _ each: (Float, Float) -> Void) throws {
            if fails { throw EngineError.unavailable("it hears nothing") }
            for index in samples.indices {
                pending.append(samples[index])
                guard pending.count == 512 else { continue }
                let power = pending.reduce(0) { $0 + $1 * $1 } / 512
                each(power > 1e-4 ? 1 : 0, power)
                pending.removeAll(keepingCapacity: true)
            }
        }
    }
}

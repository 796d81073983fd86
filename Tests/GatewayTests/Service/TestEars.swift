import Conversations
@testable import Engines
import Gateway
import Speech
import Synchronization

/// What tells speech from silence, and voices from each other, without any model: what is loud is speech, and a voice is its samples' sign. Turns are
/// over that are said with samples above zero.
final class TestEars: PrerecordedEngine, VoiceDetecting, Voiceprinting, EmbeddingModels, TurnJudging {
    let name = EngineName("ears")
    let capabilities = Capabilities(streaming: false, prerecorded: true, languages: .any, models: [])
    let window = SampleCount(512)
    let model = "sign"
    let shortest = Duration.milliseconds(500)
    /// The detector fails at its first window.
    private let failsToDetect: Bool
    /// Nothing tells speech from silence yet.
    private let isLoading: @Sendable () -> Bool
    /// Whether no voice can be listened to now.
    private let isDeaf: @Sendable () -> Bool

    init(failsToDetect: Bool = false, isLoading: @escaping @Sendable () -> Bool = { false }, isDeaf: @escaping @Sendable () -> Bool = { false }) {
        self.failsToDetect = failsToDetect
        self.isLoading = isLoading
        self.isDeaf = isDeaf
    }

    var sentences: (any TextEmbedding)? { nil }
    var voiceprints: (any Voiceprinting)? { self }

    var entry: EngineEntry { EngineEntry(name: name, capabilities: capabilities, prerecorded: self) }

    func recognize(
        _ recording: Recording, options: RecognitionOptions, progress: @escaping @Sendable (RecognitionProgress) -> Void
    ) async throws(EngineError) -> Transcript { throw .unavailable("these are ears only") }

    let longestTurn = Duration.seconds(8)
    private let judgments = Mutex(0)

    /// Turns that it was asked about.
    var judged: Int { judgments.withLock { $0 } }

    func isComplete(turn samples: [Float]) async -> Bool? {
        judgments.withLock { $0 += 1 }
        return samples.reduce(0, +) > 0
    }

    func makeDetector() throws(EngineError) -> (any VoiceDetector)? { isLoading() ? nil : Detector(fails: failsToDetect) }

    func voiceprint(of samples: [Float]) async throws -> Voiceprint? {
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

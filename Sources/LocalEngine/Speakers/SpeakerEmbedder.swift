package import Conversations
package import Speech

/// Finds what a voice sounds like: SpeechBrain's ECAPA-TDNN, trained on VoxCeleb. About 20 ms of work for a second of speech.
///
/// Deterministic; the level of the audio does not matter.
package final class SpeakerEmbedder: Voiceprinting {
    /// The space of its voiceprints: model, training and how the features are made.
    package static let modelName = "ecapa-voxceleb-v1"
    /// Of each voiceprint.
    package static let dimensions = 192
    /// Longer speech is heard in pieces of at most this length, so that memory stays bounded.
    package static let longestPiece = SampleCount(160_000)
    /// Of longer speech only the middle counts: more says nothing new.
    package static let longest = SampleCount(960_000)
    /// Mean power below which there is nothing to hear (−80 dBFS).
    private static let silentPower: Float = 1e-8

    package static let shortest = Duration.milliseconds(500)

    private let runtime: InferenceRuntime
    private let session: InferenceSession
    private let input: InferenceSession.Slot
    private let output: InferenceSession.Slot
    private let pool: DecodePool

    package var model: String { Self.modelName }
    package var shortest: Duration { Self.shortest }

    /// - Parameters:
    ///   - path: of `ecapa-voxceleb.onnx`.
    ///   - pool: whose threads do the work. A piece is not interrupted, so a pool that live recognition uses would be held up.
    package init(_ runtime: InferenceRuntime, path: String, pool: DecodePool) throws(InferenceError) {
        self.runtime = runtime
        self.pool = pool
        session = try InferenceSession(runtime, path: path)
        input = try session.input("samples")
        output = try session.output("embedding")
    }

    /// With a thread of its own.
    package convenience init(_ folder: ModelFolder, _ runtime: InferenceRuntime, threads: Int = 1) throws(InferenceError) {
        try self.init(runtime, path: folder.path(of: .speakerEmbedder), pool: DecodePool(threads: threads))
    }

    package func voiceprint(of samples: [Float]) async throws -> Voiceprint? {
        guard isEnough(samples.span) else { return nil }
        // Soon enough for a caption that waits for it; before work on recordings.
        let urgency = DecodeUrgency.live(deadline: .now + .seconds(2))
        let result = await pool.run(urgency) { [self] _ in
            Result { () throws(InferenceError) in try embed(samples.span) }
        }
        guard let result else { throw CancellationError() }
        return try result.get()
    }

    /// As `voiceprint(of:)`, on the calling thread, which is blocked for as long as it takes.
    package func embed(_ samples: Span<Float>) throws(InferenceError) -> Voiceprint? {
        guard isEnough(samples) else { return nil }
        let count = min(samples.count, Int(Self.longest.samples))
        let start = (samples.count - count) / 2
        let pieces = (count + Int(Self.longestPiece.samples) - 1) / Int(Self.longestPiece.samples)
        var sum = [Float](repeating: 0, count: Self.dimensions)
        for piece in 0..<pieces {
            let range = (start + count * piece / pieces)..<(start + count * (piece + 1) / pieces)
            // Pieces are of one length, and each counts as much.
            guard let voiceprint = Voiceprint(try run(samples.extracting(range)), model: model) else { return nil }
            for index in sum.indices { sum[index] += voiceprint.direction[index] }
        }
        return Voiceprint(sum, model: model)
    }

    /// The model's own answer, of any length.
    package func run(_ samples: Span<Float>) throws(InferenceError) -> [Float] {
        let results = try session.run([.init(input, try Tensor(samples, shape: [1, samples.count], runtime))], [output])
        let vector = try results[0].withElements(Float.self) { elements in elements.withUnsafeBufferPointer { Array($0) } }
        guard vector.count == Self.dimensions else {
            throw .failedRun(model: session.path, reason: "its voiceprint has \(vector.count) elements, not \(Self.dimensions)")
        }
        return vector
    }

    private func isEnough(_ samples: Span<Float>) -> Bool {
        guard samples.count >= Int(SampleCount(shortest, at: .speech).samples) else { return false }
        var power: Float = 0
        for index in samples.indices { power += samples[index] * samples[index] }
        return power.isFinite && power > Self.silentPower * Float(samples.count)
    }
}

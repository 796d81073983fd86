package import Conversations
import Glibc
package import Speech

/// Computes voiceprints: SpeechBrain's ECAPA-TDNN, trained on VoxCeleb, about 20 ms of work for a second of speech. Voiceprints that are kept have CAM++'s
/// too, about 8 ms.
///
/// Deterministic. The level of the audio does not matter.
package final class SpeakerEmbedder: Voiceprinting {
    /// Name of the space of the voiceprints. It stands for the model, its training and the way of making features.
    package static let modelName = "ecapa-voxceleb-v1"
    /// Name of the space of CAM++'s voiceprints.
    package static let secondModelName = "campplus-zh-en-v1"
    /// Number of dimensions of a voiceprint by one model.
    package static let dimensions = 192
    /// Maximum length of a piece. Longer speech is heard in pieces, so that memory stays bounded.
    package static let longestPiece = SampleCount(160_000)
    /// Maximum length of speech that counts. Of longer speech only the middle is heard: more speech adds nothing.
    package static let longest = SampleCount(960_000)
    /// Mean power below which audio counts as silent (−80 dBFS).
    private static let silentPower: Float = 1e-8

    package static let shortest = Duration.milliseconds(500)

    private let network: VoiceNetwork
    /// CAM++; nil when set-up did not make it, or when it cannot be used.
    private let second: VoiceNetwork?
    private let pool: DecodePool

    package var model: String { Self.modelName }
    package var shortest: Duration { Self.shortest }

    /// - Parameters:
    ///   - path: the path of `ecapa-voxceleb.onnx`.
    ///   - second: the path of `campplus-zh-en.onnx`. Without this file, voiceprints that are kept have one model.
    ///   - pool: the pool whose threads do the work. A piece is not interrupted, so a pool for live recognition would be held up.
    ///   - secondFailed: called when the file at `second` is there and cannot be used. Voiceprints that are kept then have one model.
    package init(
        _ runtime: InferenceRuntime, path: String, second: String, pool: DecodePool, secondFailed: (InferenceError) -> Void = { _ in }
    ) throws(InferenceError) {
        self.pool = pool
        network = try VoiceNetwork(runtime, path: path)
        do throws(InferenceError) {
            self.second = try VoiceNetwork(runtime, path: second)
        } catch {
            self.second = nil
            if access(second, F_OK) == 0 { secondFailed(error) }
        }
    }

    /// Makes an embedder with threads of its own.
    package convenience init(_ folder: ModelFolder, _ runtime: InferenceRuntime, threads: Int = 1) throws(InferenceError) {
        try self.init(
            runtime, path: folder.path(of: .speakerEmbedder), second: folder.path(of: .secondSpeakerEmbedder), pool: DecodePool(threads: threads))
    }

    /// The time at which an answer is due that nobody needs at another time: soon enough for a caption that waits, and before work on recordings.
    static var usualDeadline: Instant { .now + .seconds(2) }

    package func voiceprint(of samples: [Float]) async throws -> Voiceprint? {
        try await voiceprint(of: samples, .live(deadline: Self.usualDeadline))
    }

    func voiceprint(of samples: [Float], _ urgency: DecodeUrgency) async throws -> Voiceprint? {
        try await voiceprint(urgency) { [self] () throws(InferenceError) in try embed(samples.span) }
    }

    package func keptVoiceprint(of samples: [Float]) async throws -> Voiceprint? {
        try await voiceprint(.live(deadline: Self.usualDeadline)) { [self] () throws(InferenceError) in try embedKept(samples.span) }
    }

    private func voiceprint(
        _ urgency: DecodeUrgency, _ embed: @escaping @Sendable () throws(InferenceError) -> Voiceprint?
    ) async throws -> Voiceprint? {
        let result = await pool.run(urgency) { _ in
            Result { () throws(InferenceError) in try embed() }
        }
        guard let result else { throw CancellationError() }
        return try result.get()
    }

    /// Works like `voiceprint(of:)`, but blocks the calling thread.
    package func embed(_ samples: Span<Float>) throws(InferenceError) -> Voiceprint? {
        try embed(samples, network, Self.modelName)
    }

    /// Works like `keptVoiceprint(of:)`, but blocks the calling thread.
    package func embedKept(_ samples: Span<Float>) throws(InferenceError) -> Voiceprint? {
        guard let first = try embed(samples) else { return nil }
        guard let second, let other = try embed(samples, second, Self.secondModelName) else { return first }
        // Both models draw the voices of telephones together, and farther away from the same voices at a microphone.
        return Voiceprint(parts: [first, other], isTelephone: SpeechBand.isTelephone(samples))
    }

    private func embed(_ samples: Span<Float>, _ network: VoiceNetwork, _ model: String) throws(InferenceError) -> Voiceprint? {
        guard isEnough(samples) else { return nil }
        let count = min(samples.count, Int(Self.longest.samples))
        let start = (samples.count - count) / 2
        let pieces = (count + Int(Self.longestPiece.samples) - 1) / Int(Self.longestPiece.samples)
        var sum = [Float](repeating: 0, count: Self.dimensions)
        for piece in 0..<pieces {
            let range = (start + count * piece / pieces)..<(start + count * (piece + 1) / pieces)
            // All pieces have one length, and each counts the same.
            guard let voiceprint = Voiceprint(try network.run(samples.extracting(range)), model: model) else { return nil }
            for index in sum.indices { sum[index] += voiceprint.direction[index] }
        }
        return Voiceprint(sum, model: model)
    }

    /// Returns ECAPA-TDNN's own output, whose length is not normalized.
    package func run(_ samples: Span<Float>) throws(InferenceError) -> [Float] { try network.run(samples) }

    private func isEnough(_ samples: Span<Float>) -> Bool {
        guard samples.count >= Int(SampleCount(shortest, at: .speech).samples) else { return false }
        var power: Float = 0
        for index in samples.indices { power += samples[index] * samples[index] }
        return power.isFinite && power > Self.silentPower * Float(samples.count)
    }
}

package import Speech

/// The voice detector and the end-of-turn model of this machine, without the models of recognition: for a program whose words come from elsewhere.
package final class VoiceDetection: VoiceDetecting, TurnJudging {
    private struct Models: Sendable {
        let voiceActivity: VoiceActivity
        /// nil: set-up has not made this model.
        let endOfTurn: EndOfTurn?
    }

    package let longestTurn = Duration.seconds(8)
    package let completeness = EndOfTurn.threshold
    package var window: SampleCount { VoiceActivity.window }
    private let loader: ModelLoader<Models>
    private let pool = DecodePool(threads: 1)

    /// The files that the detector needs.
    package static let items: [ModelFolder.Item] = [.runtime, .voiceActivity]

    /// Starts to load the models in the background.
    ///
    /// - Parameter folder: the folder that set-up has filled.
    package init(_ folder: ModelFolder) {
        let runtime = SharedRuntime(folder)
        loader = ModelLoader(keepAlive: nil, pool: pool) { () throws(InferenceError) in
            let opened = try runtime.open()
            return Models(
                voiceActivity: try VoiceActivity(opened, path: folder.path(of: .voiceActivity)),
                endOfTurn: try? EndOfTurn(opened, path: folder.path(of: .endOfTurn)))
        }
        _ = loader.use()
    }

    package func makeDetector() throws(EngineError) -> (any VoiceDetector)? {
        switch loader.use() {
        case nil: nil
        case .failure(let error): throw .unavailable(error.description)
        case .success(let use): SpeechProbabilities(use.model.voiceActivity)
        }
    }

    package func loadedDetector() async throws(EngineError) -> (any VoiceDetector)? {
        switch await loader.wait() {
        case nil: throw .cancelled
        case .failure(let error): throw .unavailable(error.description)
        case .success(let use): return SpeechProbabilities(use.model.voiceActivity)
        }
    }

    package func judge(turn samples: [Float]) async -> Float? {
        guard case .success(let use)? = loader.use(), let endOfTurn = use.model.endOfTurn else { return nil }
        let probability = await pool.run(.live(deadline: .now + .milliseconds(300))) { _ in try? endOfTurn.probability(samples.span) }
        return probability.flatMap { $0 }
    }
}

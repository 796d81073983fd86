package import Speech

extension LocalEngine: PrerecordedEngine {
    package func recognize(
        _ recording: Recording, options: RecognitionOptions, progress: @escaping @Sendable (RecognitionProgress) -> Void
    ) async throws(EngineError) -> Transcript {
        try check(options.language)
        let models = try await models()
        let work = RecordingWork(
            pool: pool, voiceActivity: models.voiceActivity, recognizer: WindowRecognizer(models.recognizer, models.aligner))
        return try await work.run(recording, options, progress: progress)
    }
}

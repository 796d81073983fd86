package import Speech

extension LocalEngine: PrerecordedEngine {
    package func recognize(
        _ recording: Recording, options: RecognitionOptions, progress: @escaping @Sendable (RecognitionProgress) -> Void
    ) async throws(EngineError) -> Transcript {
        try await recognizeSpeakers(recording, options: options, progress: progress).transcript
    }

    /// Works like `recognize`, and returns also the voices of the speakers that `options.diarize` told apart.
    package func recognizeSpeakers(
        _ recording: Recording, options: RecognitionOptions, progress: @escaping @Sendable (RecognitionProgress) -> Void
    ) async throws(EngineError) -> SpokenTranscript {
        try check(options.language)
        let models = try await models()
        let speakers = options.diarize ? models.speakerEmbedder.map { SpeakerListener($0) } : nil
        let work = RecordingWork(
            media: media, pool: pool, voiceActivity: models.voiceActivity, recognizer: WindowRecognizer(models.recognizer, models.aligner),
            speakers: speakers)
        return try await work.run(recording, options, progress: progress)
    }
}

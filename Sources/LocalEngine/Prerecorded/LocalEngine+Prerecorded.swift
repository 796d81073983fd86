import Speakers
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
        let options = LocalRecordingOptions(options)
        // A gap of a live stream that named no language tells its own, as such a stream does here, unless there is only one that it may be.
        let language =
            options.isOfStream
            ? liveLanguage(nil, among: options.languages, isStrict: options.keepsToLanguages).code.map { LanguageTag($0) } : options.language
        try check(language)
        let use = try await models(), models = use.model
        let voice = options.diarize ? try await Self.use(of: voices, failures.voices) : nil
        let overlap = voice == nil ? nil : try await Self.use(of: overlaps, failures.segmentation)
        defer { withExtendedLifetime((use, voice, overlap)) {} }
        let work = RecordingWork(
            media: media, pool: pool, voiceActivity: models.voiceActivity,
            recognizer: try await recognizer(
                language, isAssumed: options.isOfStream, among: options.languages, isStrict: options.keepsToLanguages, models,
                keyterms: usesKeyTerms ? options.keyterms : []),
            speakers: voice.map { SpeakerListener($0.model, overlap?.model) })
        var spoken = try await work.run(recording, options, progress: progress)
        if let voice { try await name(&spoken, by: options.references, models.voiceActivity, voice.model) }
        return spoken
    }

    /// Waits until a model is loaded, and returns it; nil when it cannot be loaded, or is not there. What needs the model is then done less well, or not.
    ///
    /// - Parameter failure: takes the reason why the model cannot be loaded.
    static func use<Model>(of loader: ModelLoader<Model>?, _ failure: FailureReport) async throws(EngineError) -> ModelUse<Model>? {
        guard let loader else { return nil }
        switch await loader.wait() {
        case nil: throw .cancelled
        case .failure(let error):
            failure.note(error)
            return nil
        case .success(let use): return use
        }
    }
}

package import Speech

extension LocalEngine: VoiceDetecting {
    package var window: SampleCount { VoiceActivity.window }

    package func makeDetector() throws(EngineError) -> (any VoiceDetector)? {
        switch loading.current {
        case nil: return nil
        case .failure(let error): throw .unavailable(error.description)
        case .success(let models): return SpeechProbabilities(models.voiceActivity)
        }
    }
}

extension SpeechProbabilities: VoiceDetector {}

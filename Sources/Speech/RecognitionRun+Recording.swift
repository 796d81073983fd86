extension RecognitionRun {
    /// What became of a whole recording.
    package init(of result: Result<Transcript, EngineError>, by engine: EngineName, from start: Instant, to end: Instant) {
        self.init(.recording, engine: engine, model: nil, audio: .zero, start: start, accepted: nil, end: end, error: nil)
        switch result {
        case .success(let transcript):
            model = transcript.model
            channels = transcript.channels.count
            audio = transcript.length.duration(at: transcript.rate)
        case .failure(let error): self.error = error
        }
    }
}

extension RecognitionAttempt {
    /// Makes the record of an attempt at a whole recording, or at an interval of a session that was recognized like a recording.
    package init(
        _ kind: Kind = .recording, of result: Result<Transcript, EngineError>, by engine: EngineName, from start: Instant, to end: Instant
    ) {
        self.init(kind, engine: engine, model: nil, audio: .zero, start: start, end: end, outcome: .completed)
        switch result {
        case .success(let transcript):
            model = transcript.model
            channels = transcript.channels.count
            audio = transcript.length.duration(at: transcript.rate)
            if transcript.channels.contains(where: { !$0.words.isEmpty }) { firstAnswer = start.duration(to: end) }
        case .failure(let error): outcome = Outcome(error)
        }
    }
}

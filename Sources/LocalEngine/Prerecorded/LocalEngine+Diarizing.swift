package import Speech
import Speakers

extension LocalEngine: RecordingDiarizing {
    /// Maximum length of a stretch whose words have estimated times, and in which several speak. In a longer one, a word's place says nothing.
    private static let longestEstimate = SampleCount(.seconds(30), at: .speech)

    package func diarize(
        _ transcript: Transcript, in recording: Recording, options: RecognitionOptions
    ) async throws(EngineError) -> Transcript? {
        try await diarized(transcript, in: recording, options: options)?.transcript
    }

    /// Works like `diarize`, and returns also the voices of the speakers.
    package func diarized(
        _ transcript: Transcript, in recording: Recording, options: RecognitionOptions
    ) async throws(EngineError) -> SpokenTranscript? {
        guard transcript.rate == .speech, let voice = try await Self.use(of: voices, failures.voices) else { return nil }
        guard let loaded = await recognition.wait() else { throw .cancelled }
        guard case .success(let use) = loaded else { return nil }
        let overlap = try await Self.use(of: overlaps, failures.segmentation)
        defer { withExtendedLifetime((use, voice, overlap)) {} }
        let work = RecordingWork(
            media: media, pool: pool, voiceActivity: use.model.voiceActivity, recognizer: .voicesOnly,
            speakers: SpeakerListener(voice.model, overlap?.model))
        let found = try await work.diarize(recording, separateChannels: options.separateChannels && transcript.channels.count > 1)
        guard found.count == transcript.channels.count else { return nil }
        var spoken = SpokenTranscript(transcript: transcript, voices: found.map(\.voices))
        for (index, speakers) in found.enumerated() where !speakers.turns.isEmpty {
            let isVague = transcript.channels[index].estimated.contains { stretch in
                stretch.range.count > Self.longestEstimate
                    && Set(speakers.turns.filter { $0.range.intersection(stretch.range) != nil }.map(\.speaker)).count > 1
            }
            if isVague { return nil }
            spoken.transcript.channels[index].tell(speakers)
        }
        guard !spoken.transcript.lacksSpeakers else { return nil }
        try await name(&spoken, by: options.references, use.model.voiceActivity, voice.model)
        return spoken
    }
}

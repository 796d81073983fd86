import Audio
package import Conversations
package import Speakers
package import Speech

/// Finds what the one voice in a recording sounds like: of the whole of it but for long silences.
package final class RecordedVoice: Sendable {
    private let voiceActivity: VoiceActivity
    private let embedder: SpeakerEmbedder
    private let pool: DecodePool

    /// Silence is heard along with the speech, up to a second on either side: voices are told apart better by recordings as they are (equal error
    /// rate 0.05 % on the development recordings) than by the speech cut out of them at its edges (0.29 %).
    private static let passages = WindowPlanner.Configuration(
        pause: SampleCount(.seconds(2), at: .speech), lead: SampleCount(.seconds(1), at: .speech), tail: SampleCount(.seconds(1), at: .speech))

    /// Loads the models that it takes; recognition's are not among them.
    package init(_ folder: ModelFolder) throws(InferenceError) {
        if let missing = folder.missing([.runtime, .voiceActivity, .speakerEmbedder]).first { throw .missingFile(missing) }
        let runtime = try InferenceRuntime(path: folder.path(of: .runtime))
        pool = DecodePool(threads: 1)
        voiceActivity = try VoiceActivity(runtime, path: folder.path(of: .voiceActivity))
        embedder = try SpeakerEmbedder(runtime, path: folder.path(of: .speakerEmbedder), pool: pool)
    }

    /// nil when there is too little speech in it.
    package func voiceprint(of recording: Recording) async throws(EngineError) -> Voiceprint? {
        let found = await pool.run(.prerecorded) { [self] permit in
            Result { () throws(EngineError) in try voiceprint(of: recording, permit) }
        }
        guard let found else { throw .cancelled }
        return try found.get()
    }

    /// What the voice in a recording of one person sounds like, after the checks of an enrolment.
    package func enrol(_ recording: Recording) async throws(EnrolledVoice.Failure) -> EnrolledVoice {
        var samples: [Float] = []
        do throws(MediaError) {
            let file = try MediaFile(recording)
            while samples.count < Int(SpeakerEmbedder.longest.samples), let block = try file.next() { samples += block.channels.first ?? [] }
        } catch {
            throw .unavailable("\(error)")
        }
        return try await EnrolledVoice(
            of: samples, detector: SpeechProbabilities(voiceActivity), window: VoiceActivity.window, voices: embedder)
    }

    private func voiceprint(of recording: Recording, _ permit: DecodePermit) throws(EngineError) -> Voiceprint? {
        let reader = try RecordingReader(InProcessTurn(recording), separateChannels: false, voiceActivity, Self.passages)
        // Windows follow each other without a gap, but for what is silent for longer than two seconds.
        var heard: [Float] = []
        var isEnd = false
        while !isEnd, heard.count < Int(SpeakerEmbedder.longest.samples) {
            let batch = try reader.next(limit: { WindowPlanner.longestWhileLive }, mayContinue: { permit.mayContinue() })
            isEnd = batch.isEnd
            for item in batch.items { heard += item.samples }
        }
        do throws(InferenceError) {
            return try embedder.embed(heard.span)
        } catch {
            throw .unavailable(error.description)
        }
    }
}

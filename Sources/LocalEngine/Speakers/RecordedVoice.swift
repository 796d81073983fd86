package import Conversations
package import Speech

/// Finds what the one voice in a recording sounds like: of its speech, without long pauses.
package final class RecordedVoice: Sendable {
    private let voiceActivity: VoiceActivity
    private let embedder: SpeakerEmbedder
    private let pool: DecodePool

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

    private func voiceprint(of recording: Recording, _ permit: DecodePermit) throws(EngineError) -> Voiceprint? {
        let reader = try RecordingReader(recording, separateChannels: false, voiceActivity)
        // Windows hold the speech with its short pauses: speech cut out of them makes worse voiceprints.
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

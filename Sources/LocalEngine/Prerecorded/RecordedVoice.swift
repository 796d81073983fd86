import Audio
package import Conversations
package import Speakers
package import Speech

/// Computes the voiceprint of the one voice in a recording, from the whole recording except long silences.
package final class RecordedVoice: Sendable {
    private let voiceActivity: VoiceActivity
    private let embedder: SpeakerEmbedder
    private let pool: DecodePool

    /// Up to a second of silence on either side of speech is included. Voices are told apart better with this silence (equal error rate 0.05 % on the
    /// development recordings) than with speech that is cut at its edges (0.29 %).
    private static let passages = WindowPlanner.Configuration(
        pause: SampleCount(.seconds(2), at: .speech), lead: SampleCount(.seconds(1), at: .speech), tail: SampleCount(.seconds(1), at: .speech))

    /// Maximum speech in a window: the reading ends soon after there is enough of it.
    private static let window = SampleCount(.seconds(5), at: .speech)

    /// Loads the models of voice activity and voices. The models of recognition are not needed.
    ///
    /// - Parameter report: called when the second voice model fails. Voices are then heard by one model.
    package init(_ folder: ModelFolder, report: (ModelFailure) -> Void = { _ in }) throws(InferenceError) {
        try folder.check([.runtime, .voiceActivity, .speakerEmbedder])
        let runtime = try InferenceRuntime(path: folder.path(of: .runtime))
        pool = DecodePool(threads: 1)
        voiceActivity = try VoiceActivity(runtime, path: folder.path(of: .voiceActivity))
        embedder = try SpeakerEmbedder(
            runtime, path: folder.path(of: .speakerEmbedder), second: folder.path(of: .secondSpeakerEmbedder), pool: pool
        ) { report(ModelFailure(model: .secondVoices, reason: "\($0)")) }
    }

    /// Returns the voiceprint; nil when the recording has too little speech.
    package func voiceprint(of recording: Recording) async throws(EngineError) -> Voiceprint? {
        let found = await pool.run(.prerecorded) { [self] permit in
            Result { () throws(EngineError) in try voiceprint(of: recording, permit) }
        }
        guard let found else { throw .cancelled }
        return try found.get()
    }

    /// Returns the voice in a recording of one person, after the checks of an enrolment.
    package func enrol(_ recording: Recording) async throws(EnrolledVoiceError) -> EnrolledVoice {
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
        let heard = try Self.speech(in: InProcessTurn(recording), voiceActivity, permit)
        do throws(InferenceError) {
            return try embedder.embedKept(heard.span)
        } catch {
            throw .unavailable(error.description)
        }
    }

    /// Returns the speech of a recording, up to the longest that a voiceprint is made of. Blocks.
    ///
    /// - Parameter limit: how much of the recording is decoded, in steps of up to a minute; nil: until there is enough speech.
    static func speech(
        in turn: any MediaTurn, _ voiceActivity: VoiceActivity, _ permit: DecodePermit, within limit: SampleCount? = nil
    ) throws(EngineError) -> [Float] {
        let reader = try RecordingReader(turn, separateChannels: false, voiceActivity, passages)
        // Windows follow each other without gaps, except for silences of more than two seconds.
        var heard: [Float] = []
        var isEnd = false
        while !isEnd, heard.count < Int(SpeakerEmbedder.longest.samples), limit.map({ reader.decodedLength < $0 }) ?? true {
            let batch = try reader.next(limit: window, mayContinue: { permit.mayContinue() })
            isEnd = batch.isEnd
            for item in batch.items { heard += item.samples }
        }
        return heard
    }
}

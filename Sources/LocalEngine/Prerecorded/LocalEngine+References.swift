import Audio
import Conversations
import Speakers
import Speech

extension LocalEngine {
    /// The vendor's references have 2 to 10 s. A small file may have hours of silence, which are not decoded.
    private static let longestReference = SampleCount(.seconds(30), at: .speech)

    /// Gives the speakers the names of the client's references whose voices they have.
    func name(
        _ spoken: inout SpokenTranscript, by references: [ReferenceVoice], _ voiceActivity: VoiceActivity, _ embedder: SpeakerEmbedder
    ) async throws(EngineError) {
        guard !references.isEmpty else { return }
        let known = try await knownVoices(references, voiceActivity, embedder)
        for (channel, voices) in spoken.voices.enumerated() where spoken.transcript.channels.indices.contains(channel) {
            spoken.transcript.channels[channel].speakerNames = known.names(of: voices)
        }
    }

    /// Returns the voices of the client's references. A reference that cannot be decoded, or has no speech, has no voice: nobody gets its name.
    private func knownVoices(
        _ references: [ReferenceVoice], _ voiceActivity: VoiceActivity, _ embedder: SpeakerEmbedder
    ) async throws(EngineError) -> KnownVoices {
        var known = KnownVoices()
        for reference in references {
            if let voiceprint = try await voiceprint(of: reference.recording, voiceActivity, embedder) { known.add(reference.name, voiceprint) }
        }
        return known
    }

    private func voiceprint(
        of recording: Recording, _ voiceActivity: VoiceActivity, _ embedder: SpeakerEmbedder
    ) async throws(EngineError) -> Voiceprint? {
        let turn: any MediaTurn
        do throws(MediaError) {
            turn = try await media.turn(for: recording)
        } catch {
            guard EngineError(error) != .cancelled else { throw .cancelled }
            return nil
        }
        let found = await pool.run(.prerecorded) { [failures] permit in
            Result { () throws(EngineError) -> Voiceprint? in
                let speech = try RecordedVoice.speech(in: turn, voiceActivity, permit, within: Self.longestReference)
                do throws(InferenceError) {
                    // The same model as for the recording's speakers, so that the distances are those of the rule.
                    return try embedder.embed(speech.span)
                } catch {
                    failures.voices.note(error)
                    throw .unavailable(error.description)
                }
            }
        }
        switch found {
        case nil, .failure(.cancelled)?: throw .cancelled
        case .failure?: return nil
        case .success(let voiceprint)?: return voiceprint
        }
    }
}

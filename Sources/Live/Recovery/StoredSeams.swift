internal import Continuity
internal import Journal
internal import Observability
internal import Speech

/// The seams of sessions of a killed gateway in their stored transcripts: the places at which clients go on in new sessions.
struct StoredSeams: Sendable {
    let transcripts: TranscriptFolder
    let conversations: ConversationService
    let log: Log

    /// Ends a session's stored transcript where its client goes on.
    ///
    /// - Parameter kept: time in the session at which the audio begins that the client still has.
    /// - Returns: time of the new end; nil when the transcript stays as it is, and is recovered to the end of its audio.
    func cut(_ session: PendingSession, keptFrom kept: Duration) async -> Duration? {
        do throws(StoredTranscript.Unreadable) {
            guard let stored = try await transcripts.stored(session.id) else { return nil }
            let rate = stored.transcript.rate
            let place = await RecoverySeam(transcript: stored.transcript, audio: session.audio).place(keptFrom: .zero + SampleCount(kept, at: rate))
            guard place - .zero < stored.transcript.received else { return nil }
            let end = (place - .zero).duration(at: rate)
            let cut = stored.cut(at: end)
            guard await transcripts.keep(cut) else { return nil }
            // The new session goes on behind the conversation's last words, some of which may be in the journal only.
            await conversations.take(cut)
            return end
        } catch {
            log.error(
                "a session is not cut where its client goes on: its transcript cannot be read", [.session: session.id.rawValue, .error: "\(error)"])
            return nil
        }
    }
}

extension StoredTranscript {
    /// Returns the transcript of a session's part before `end`, behind which another session goes on. What that part misses is still recovered.
    func cut(at end: Duration) -> StoredTranscript {
        var stored = self
        stored.transcript.cut(at: .zero + SampleCount(end, at: stored.transcript.rate))
        stored.status = stored.transcript.isWhole ? .complete : .recovering
        return stored
    }
}

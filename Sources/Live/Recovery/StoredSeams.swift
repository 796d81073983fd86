internal import Continuity
internal import Journal
internal import Observability
internal import Speech

/// The seams of interrupted sessions in their stored transcripts: the places at which clients go on in new sessions.
///
/// A transcript is cut at its seam, and has its rest on record until a new session has the audio behind the seam. The process may be killed at any
/// moment: the next one reads the same from the transcript.
struct StoredSeams: Sendable {
    let transcripts: TranscriptFolder
    let conversations: ConversationService
    let log: Log

    /// Cuts a session's stored transcript where its client goes on.
    ///
    /// - Parameter kept: time in the session at which the audio begins that the client still has.
    /// - Returns: the promise that the client is asked for; nil when the transcript stays as it is, and is recovered to the end of its audio.
    func cut(_ session: PendingSession, keptFrom kept: Duration) async -> SeamPromise? {
        do throws(StoredTranscript.Unreadable) {
            guard let stored = try await transcripts.stored(session.id) else { return nil }
            let rate = stored.transcript.rate
            let place = await RecoverySeam(transcript: stored.transcript, audio: session.audio).place(keptFrom: .zero + SampleCount(kept, at: rate))
            guard place - .zero < stored.transcript.received else { return nil }
            var cut = stored.cut(at: (place - .zero).duration(at: rate))
            cut.rest = StoredTranscript.Rest(end: .zero + stored.transcript.received)
            guard await transcripts.keep(cut) else { return nil }
            // The new session goes on behind the conversation's last words, some of which may be in the journal only. Its client
            // waits: the recovery silences hidden words.
            await conversations.take(cut, silencing: false)
            return cut.promise
        } catch {
            log.error(
                "a session is not cut where its client goes on: its transcript cannot be read", [.session: session.id.rawValue, .error: "\(error)"])
            return nil
        }
    }

    /// Stores which new session goes on behind a session's seam.
    func succeed(_ id: ID<Session>, by successor: ID<Session>) async {
        _ = await change(id) { stored in
            guard stored.rest != nil, stored.rest?.successor != successor else { return false }
            stored.rest?.successor = successor
            return true
        }
    }

    /// True if it is known which new session goes on behind a session's seam, and that session has all audio behind the seam.
    func isKept(_ promise: SeamPromise, of id: ID<Session>) async -> Bool {
        do throws(StoredTranscript.Unreadable) {
            guard let successor = try await transcripts.stored(id)?.rest?.successor,
                let next = try await transcripts.find(successor)?.transcript
            else { return false }
            return promise.isKept(by: next.received.duration(at: next.rate))
        } catch {
            log.error("it is not known whether a client has gone on: a transcript cannot be read", [.session: id.rawValue, .error: "\(error)"])
            return false
        }
    }

    /// Leaves the rest of a session to the new session, which has its audio.
    ///
    /// - Returns: false when that could not be stored.
    func giveRest(of id: ID<Session>) async -> Bool {
        await change(id) { stored in
            guard stored.rest != nil else { return false }
            stored.rest = nil
            return true
        }
    }

    /// Makes the rest of a session a part of its transcript again, which is then recovered to the end of its audio.
    ///
    /// - Returns: false when that could not be stored.
    func takeRestBack(of id: ID<Session>) async -> Bool {
        await change(id) { stored in
            guard let rest = stored.rest else { return false }
            stored.transcript.received = max(stored.transcript.received, rest.end - .zero)
            stored.status = .recovering
            stored.rest = nil
            return true
        }
    }

    /// Changes a stored transcript.
    ///
    /// - Parameter change: returns false when there is nothing to store.
    /// - Returns: false when the change could not be stored. A transcript that does not exist needs no change.
    private func change(_ id: ID<Session>, _ change: (inout StoredTranscript) -> Bool) async -> Bool {
        do throws(StoredTranscript.Unreadable) {
            guard var stored = try await transcripts.stored(id), change(&stored) else { return true }
            return await transcripts.keep(stored)
        } catch {
            log.error("what a client has kept is not noted: its session's transcript cannot be read", [.session: id.rawValue, .error: "\(error)"])
            return false
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

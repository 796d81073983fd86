internal import Continuity
internal import Journal
package import Speech

extension CrashRecovery {
    /// Returns the last words of a session that a new one goes on behind. Nothing is known of a session that belongs to another user, or whose
    /// transcript cannot be read.
    package nonisolated func said(in id: ID<Session>, of user: ID<User>) async -> SaidBefore {
        do throws(StoredTranscript.Unreadable) {
            guard let stored = try await transcripts.find(id), stored.record.user == user else { return SaidBefore() }
            return stored.transcript.said
        } catch {
            return SaidBefore()
        }
    }
}

extension SessionTranscript {
    /// Number of pieces whose words are read again: more than enough for the longest number.
    private static let piecesRead = 48

    /// The last words. Where the end is still to be recognized, words are missing behind them.
    fileprivate var said: SaidBefore {
        let end = SampleIndex.zero + received
        return SaidBefore(
            pieces.map { channel in
                SaidBefore.Part(channel.suffix(Self.piecesRead).flatMap(\.commit.words), isWhole: channel.last?.commit.range.end == end)
            })
    }
}

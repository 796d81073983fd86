internal import Continuity
internal import Journal
package import Net
package import Speech

extension CrashRecovery {
    /// Time for which the opening of a session waits for the words before it.
    private static let patience: Duration = .seconds(1)

    /// Returns the last words of a session that a new one goes on behind. Nothing is known of a session that belongs to another user, or whose
    /// transcript cannot be read within a second of the loop's clock.
    package nonisolated func said(in id: ID<Session>, of user: ID<User>, on loop: Loop) async -> SaidBefore {
        let reading = Task { await said(in: id, of: user) }
        return await Timeout(on: loop).value(of: reading, within: Self.patience) ?? SaidBefore()
    }

    private nonisolated func said(in id: ID<Session>, of user: ID<User>) async -> SaidBefore {
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
        SaidBefore((0..<channels).map { said(in: ChannelIndex($0), before: .zero + received) })
    }

    /// Returns the last words of a channel before a position. Where the audio before the position is still to be recognized, words are missing behind
    /// them.
    func said(in channel: ChannelIndex, before position: SampleIndex) -> SaidBefore.Part {
        guard pieces.indices.contains(channel.number) else { return SaidBefore.Part([], isWhole: false) }
        let before = pieces[channel.number].prefix { $0.commit.range.start < position }.suffix(Self.piecesRead)
        let words = before.flatMap(\.commit.words).filter { $0.range.middle < position }
        return SaidBefore.Part(words, isWhole: before.last.map { $0.commit.range.end >= position } ?? false)
    }
}

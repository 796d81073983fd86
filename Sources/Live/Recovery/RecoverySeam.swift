internal import Continuity
internal import Journal
internal import Speech

/// The place in a session whose gateway was killed at which its client goes on in a new session: the recovery recognizes what is before, and the new
/// session what is behind, so that no word is heard by halves or twice.
struct RecoverySeam {
    /// Maximum length of audio in which a quiet place is looked for.
    private static let reach: Duration = .seconds(30)
    /// Maximum number of blocks that are read at once: five seconds.
    private static let blocksAtOnce = 100

    let transcript: SessionTranscript
    let audio: any RecoverableAudio

    /// Returns the place: the end of the committed words, which no word crosses. Where the client has no audio from there, or where the channels' words
    /// end at different places, it is the quietest place behind.
    ///
    /// - Parameter kept: start of the audio that the client still has.
    /// - Returns: the end of the session's audio where the client has none before, or the journal's audio cannot be read.
    func place(keptFrom kept: SampleIndex) async -> SampleIndex {
        let ends = transcript.pieces.map { $0.last?.commit.range.end ?? .zero }
        let committed = ends.max() ?? .zero, end = SampleIndex.zero + transcript.received
        if kept <= committed, ends.allSatisfy({ $0 == committed }) { return committed }
        let start = max(kept, committed)
        guard start < end else { return end }
        let range = SampleRange(start, min(end, start + SampleCount(Self.reach, at: transcript.rate)))
        do throws(JournalError) { return try await quietest(in: range) ?? end } catch { return end }
    }

    private func quietest(in range: SampleRange) async throws(JournalError) -> SampleIndex? {
        var quietest = QuietestPlace(rate: transcript.rate)
        let most = SampleCount(quietest.block * Self.blocksAtOnce)
        for held in await audio.held(of: range) {
            var next = held.start
            while next < held.end {
                let piece = SampleRange(next, min(held.end, next + most))
                var channels: [[UInt8]] = []
                for number in 0..<transcript.channels { channels.append(try await audio.read(piece, ChannelIndex(number))) }
                quietest.measure(channels, from: piece.start)
                next = piece.end
            }
        }
        return quietest.place
    }
}

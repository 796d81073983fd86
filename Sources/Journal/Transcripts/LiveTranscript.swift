package import Continuity
package import Speech
internal import Store
internal import Synchronization

/// The committed transcript of a live session. The newest part is in memory and the rest in a file, so that memory is bounded however long the
/// session lasts. Appended to on the session's loop; read from any thread.
package final class LiveTranscript: Sendable {
    struct State {
        /// Commits that are not in a file, each as an entry.
        var newest: [UInt8] = []
        /// Parts that wait to be written to the file, the oldest first; at most `maxLeaving`.
        var leaving: [[UInt8]] = []
        /// The file of the parts that have left memory; nil before the first part.
        var file: BlobDraft?
        /// Number of bytes in the file. Bytes behind them belong to an incomplete write.
        var inFile = 0
        var gaps: [SessionTranscript.Gap] = []

        /// True if a part could not be written; the journal still has it.
        var isDamaged = false
    }

    /// Maximum number of bytes in `newest`: some ten minutes of speech.
    static let maxInMemory = 64 << 10
    /// Maximum number of parts that wait for the disk: hours of speech.
    static let maxLeaving = 16
    private static let maxGaps = 1_000

    package let record: SessionRecord
    let rate: SampleRate
    let channels: Int
    let state = Mutex(State())
    private let folder: TranscriptFolder

    package init(_ record: SessionRecord, rate: SampleRate, channels: Int, folder: TranscriptFolder) {
        self.record = record
        self.rate = rate
        self.channels = channels
        self.folder = folder
    }

    /// Appends a commit.
    ///
    /// - Parameter commit: the commit, encoded by `CommitRecord`.
    package func append(commit: [UInt8], at start: SampleIndex) { append(commit, at: start, kind: 0) }

    /// Appends words for a gap that was noted, encoded as a commit.
    package func append(mend: [UInt8], at start: SampleIndex) { append(mend, at: start, kind: 1) }

    private func append(_ bytes: [UInt8], at start: SampleIndex, kind: UInt8) {
        let isFull = state.withLock { state in
            state.newest.append(kind)
            withUnsafeBytes(of: start.samples.littleEndian) { state.newest.append(contentsOf: $0) }
            withUnsafeBytes(of: UInt32(bytes.count).littleEndian) { state.newest.append(contentsOf: $0) }
            state.newest += bytes
            guard state.newest.count >= Self.maxInMemory else { return false }
            state.leaving.append(state.newest)
            state.newest = []
            return true
        }
        if isFull { folder.spill(self) }
    }

    package func note(_ gap: SessionTranscript.Gap) {
        state.withLock { if $0.gaps.count < Self.maxGaps { $0.gaps.append(gap) } }
    }

    /// Returns the whole transcript.
    ///
    /// - Parameter file: the part that is in the file.
    package func transcript(file: [UInt8], received: SampleCount?) -> SessionTranscript {
        let (bytes, gaps) = state.withLock { state in (state.leaving.reduce(file, +) + state.newest, state.gaps) }
        var transcript = SessionTranscript(rate: rate, channels: channels)
        var rest = bytes[...]
        var mends: [Commit] = []
        while rest.count >= 13 {
            let number = { (from: Int, count: Int) in
                (0..<count).reduce(UInt64(0)) { $0 | UInt64(rest[rest.startIndex + from + $1]) << (8 * UInt64($1)) }
            }
            let kind = number(0, 1)
            let start = SampleIndex(Int64(bitPattern: number(1, 8)))
            let length = Int(number(9, 4))
            guard rest.count >= 13 + length else { break }
            if let (commit, turn) = CommitRecord.decode(rest.dropFirst(13).prefix(length), start: start) {
                if kind == 0 { transcript.add(commit, turn: turn) } else { mends.append(commit) }
            }
            rest = rest.dropFirst(13 + length)
        }
        if let received { transcript.received = max(transcript.received, received) }
        for mend in mends { transcript.mend(mend) }
        for gap in gaps { transcript.note(gap.cause, gap.channel, gap.range) }
        return transcript
    }
}

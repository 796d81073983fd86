internal import Speech

/// Writes audio to the disk, and cuts it into chunks. Time without audio (no disk space, no running recorder) is kept as a gap, so that later audio
/// does not move.
struct RecordingWriter {
    /// The result of writing samples.
    enum Outcome: Equatable {
        case kept
        /// The disk had no space. Reported once, at the first such samples, until `kept` comes again.
        case noRoom
    }

    let recording: SpooledRecording
    private let profile: ChunkProfile
    private let verdict: @Sendable (RecordedChunk) -> SpeechVerdict
    private var chunker: AudioChunker
    /// Position of the next samples.
    private(set) var position: SampleIndex
    /// Start of the current gap, with its cause; nil outside gaps.
    private var hole: (start: SampleIndex, cause: RecordingEntry.HoleCause)?
    private var sinceSync = 0

    /// - Parameter verdict: judges whether a chunk has speech.
    init(_ recording: SpooledRecording, profile: ChunkProfile, verdict: @escaping @Sendable (RecordedChunk) -> SpeechVerdict) {
        self.recording = recording
        self.profile = profile
        self.verdict = verdict
        let history = recording.history
        chunker = AudioChunker(profile, from: history.next, repeating: history.repeated)
        position = max(recording.end ?? .zero, history.cut)
    }

    /// Makes chunks of an earlier process's audio that is not in a chunk yet. Call this first, for a recording that was opened again.
    mutating func recover() throws(SpoolError) {
        let history = recording.history
        guard let end = recording.end, end > history.cut else { return }
        let bytes = try recording.audio(of: SampleRange(history.next, end))
        try cut(bytes.span.bytes)
        try flush()
    }

    /// Notes the time of the recording's first sample. Call before its samples are written; later calls change nothing.
    func begin(at time: UnixTime) throws(SpoolError) {
        guard position == .zero, recording.history.firstSample == nil else { return }
        try recording.note(.started(time))
    }

    /// Skips time for which there is no audio.
    mutating func skip(_ count: SampleCount, _ cause: RecordingEntry.HoleCause) throws(SpoolError) {
        guard count > .zero else { return }
        if hole == nil {
            try flush()
            hole = (position, cause)
        }
        position += count
    }

    /// Takes 16-bit samples.
    mutating func append(_ bytes: RawSpan) throws(SpoolError) -> Outcome {
        let count = SampleCount(bytes.byteCount / 2)
        guard recording.append(bytes, at: position) else {
            try skip(count, .disk)
            return .noRoom
        }
        try close()
        position += count
        sinceSync += bytes.byteCount
        if sinceSync >= Self.syncBytes {
            try recording.syncAudio()
            sinceSync = 0
        }
        try cut(bytes)
        return .kept
    }

    /// Ends the recording.
    mutating func complete() throws(SpoolError) {
        try flush()
        try recording.syncAudio()
        try recording.note(.complete)
    }

    /// Maximum audio that a power cut can destroy, in bytes: two seconds.
    private static let syncBytes = 64_000

    /// Ends the current gap.
    private mutating func close() throws(SpoolError) {
        guard let hole else { return }
        try recording.note(.hole(SampleRange(hole.start, position), hole.cause))
        chunker = AudioChunker(profile, from: position)
        self.hole = nil
    }

    private mutating func cut(_ bytes: RawSpan) throws(SpoolError) {
        let chunks = bytes.withUnsafeBytes { chunker.append($0.bindMemory(to: Int16.self).span) }
        for chunk in chunks { try note(chunk) }
    }

    /// Ends the current chunk.
    private mutating func flush() throws(SpoolError) {
        if let chunk = chunker.finish() { try note(chunk) }
    }

    private func note(_ chunk: RecordedChunk) throws(SpoolError) {
        // Audio that the log names survives a power cut with the log.
        try recording.syncAudio()
        try recording.note(.chunk(QueuedChunk(range: chunk.range, isFinal: chunk.isFinal), verdict(chunk)))
    }
}

internal import Speech

/// Brings what is heard to the disk, and cuts it into chunks. Whatever has no audio (no room, no recorder) keeps its time: nothing that comes later moves.
struct RecordingWriter {
    /// What became of samples.
    enum Outcome: Equatable {
        case kept
        /// There was no room. From the first such samples on, until `kept` again.
        case noRoom
    }

    let recording: SpooledRecording
    private let profile: ChunkProfile
    private let verdict: @Sendable (RecordedChunk) -> SpeechVerdict
    private var chunker: AudioChunker
    /// Where the next samples belong.
    private(set) var position: SampleIndex
    /// Where the samples that are missing begin, and why they are.
    private var hole: (start: SampleIndex, cause: RecordingEntry.HoleCause)?
    private var sinceSync = 0

    /// - Parameter verdict: whether there is speech in a chunk.
    init(_ recording: SpooledRecording, profile: ChunkProfile, verdict: @escaping @Sendable (RecordedChunk) -> SpeechVerdict) {
        self.recording = recording
        self.profile = profile
        self.verdict = verdict
        let history = recording.history
        chunker = AudioChunker(profile, from: history.next, repeating: history.repeated)
        position = max(recording.end ?? .zero, history.cut)
    }

    /// Makes chunks of the audio of an earlier process that none was made of. To be called first, for a recording that was opened.
    mutating func recover() throws(SpoolError) {
        let history = recording.history
        guard let end = recording.end, end > history.cut else { return }
        let bytes = try recording.audio(of: SampleRange(history.next, end))
        try cut(bytes.span.bytes)
        try flush()
    }

    /// Time passes of which there is no audio.
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

    /// No more is recorded.
    mutating func complete() throws(SpoolError) {
        try flush()
        try recording.syncAudio()
        try recording.note(.complete)
    }

    /// What a power cut can take: two seconds.
    private static let syncBytes = 64_000

    /// The samples that are missing are over.
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

    /// Ends the chunk that is being made.
    private mutating func flush() throws(SpoolError) {
        if let chunk = chunker.finish() { try note(chunk) }
    }

    private func note(_ chunk: RecordedChunk) throws(SpoolError) {
        // Audio that the log names survives a power cut with the log.
        try recording.syncAudio()
        try recording.note(.chunk(QueuedChunk(range: chunk.range, isFinal: chunk.isFinal), verdict(chunk)))
    }
}

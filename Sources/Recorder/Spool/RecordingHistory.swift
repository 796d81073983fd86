package import Speech

/// The state of a recording, computed from its log. The same lines always make the same history.
package struct RecordingHistory: Sendable, Equatable {
    package private(set) var origin: RecordingOrigin
    /// The time at which the first sample was captured; nil when there is none, or when an earlier version made the recording.
    package private(set) var firstSample: UnixTime?
    package private(set) var conversation: String?
    /// The conversation's name that the server was asked for; nil after the server's answer.
    package private(set) var proposal: String?
    /// Chunks that are to be sent, oldest first.
    package private(set) var waiting: [QueuedChunk] = []
    /// Chunks that the server will never take.
    package private(set) var held: [QueuedChunk] = []
    /// End of the last chunk or the last gap.
    package private(set) var cut = SampleIndex.zero
    /// Number of samples before `cut` that the next chunk repeats.
    package private(set) var repeated = SampleCount.zero
    package private(set) var isComplete = false
    package private(set) var isFinished = false
    /// Number of chunks that the server has received.
    package private(set) var sent = 0
    /// Duration of the chunks that have speech.
    package private(set) var spoken = SampleCount.zero
    package private(set) var missing = SampleCount.zero
    private let overlap: SampleCount

    /// - Parameter overlap: number of samples that a chunk repeats from the one before.
    package init(_ origin: RecordingOrigin, overlap: SampleCount) {
        self.origin = origin
        self.overlap = overlap
    }

    /// Reads a log; nil when the first line is invalid. Other unreadable lines are skipped: the last one may be incomplete.
    package init?(log: [UInt8], overlap: SampleCount) {
        let lines = log.split(separator: 0x0A)
        guard let first = lines.first, case .begun(let origin)? = RecordingEntry(line: first) else { return nil }
        self.init(origin, overlap: overlap)
        for line in lines.dropFirst() { if let entry = RecordingEntry(line: line) { apply(entry) } }
    }

    /// The time from which the recording's positions count.
    package var started: UnixTime { firstSample ?? origin.began }

    /// Start of the next chunk. No earlier audio is needed, except that of waiting chunks.
    package var next: SampleIndex { cut - repeated }

    package mutating func apply(_ entry: RecordingEntry) {
        switch entry {
        case .begun: break
        case .started(let time): firstSample = firstSample ?? time
        case .proposed(let id): proposal = id
        case .conversation(let id):
            conversation = id
            proposal = nil
        case .chunk(let chunk, let verdict):
            spoken += verdict == .speech ? chunk.range.end - max(chunk.range.start, cut) : .zero
            cut = chunk.range.end
            repeated = chunk.isFinal ? .zero : min(overlap, chunk.range.count - SampleCount(1))
            if verdict == .speech { waiting.append(chunk) }
        case .delivered(let start):
            waiting.removeAll { $0.range.start == start }
            sent += 1
        case .rejected(let start, _):
            held += waiting.filter { $0.range.start == start }
            waiting.removeAll { $0.range.start == start }
        case .hole(let range, _):
            cut = range.end
            repeated = .zero
            missing += range.count
        case .complete: isComplete = true
        case .finished: isFinished = true
        }
    }
}

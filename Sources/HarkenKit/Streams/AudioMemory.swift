import Speech

/// The audio of a stream that no engine has made final yet: 16-bit little-endian PCM, mono.
struct AudioMemory {
    private var bytes: [UInt8] = []
    /// The first sample that is kept.
    private var start: SampleIndex = .zero
    private var droppedBytes = 0

    var count: SampleCount { SampleCount((bytes.count - droppedBytes) / 2) }

    mutating func append(_ audio: UnsafeRawBufferPointer) { bytes.append(contentsOf: audio) }

    mutating func forget(before index: SampleIndex) {
        let samples = Int((index - start).samples)
        guard samples > 0 else { return }
        let drop = min(2 * samples, bytes.count - droppedBytes)
        droppedBytes += drop
        start += SampleCount(drop / 2)
        // Moving what is left costs as much as it is long: only when half of it is gone.
        guard droppedBytes > bytes.count / 2 else { return }
        bytes.removeFirst(droppedBytes)
        droppedBytes = 0
    }

    /// Gives `range` to `body`; false when it is not kept any more.
    func read(_ range: SampleRange, _ body: (RawSpan) -> Void) -> Bool {
        let from = droppedBytes + 2 * Int((range.start - start).samples)
        let to = droppedBytes + 2 * Int((range.end - start).samples)
        guard range.start >= start, to <= bytes.count else { return false }
        body(bytes.span.bytes.extracting(from..<to))
        return true
    }
}

package import Speech

/// Audio of a stream for as long as somebody may ask for it again: 16-bit little-endian PCM.
package struct AudioMemory: Sendable {
    private let frame: Int
    private var bytes: [UInt8] = []
    /// The first sample that is kept.
    private var start: SampleIndex = .zero
    private var droppedBytes = 0

    package init(channels: Int = 1) { frame = 2 * channels }

    package var count: SampleCount { SampleCount((bytes.count - droppedBytes) / frame) }

    package mutating func append(_ audio: UnsafeRawBufferPointer) { bytes.append(contentsOf: audio) }

    package mutating func forget(before index: SampleIndex) {
        let samples = Int((index - start).samples)
        guard samples > 0 else { return }
        let drop = min(frame * samples, bytes.count - droppedBytes)
        droppedBytes += drop
        start += SampleCount(drop / frame)
        // Moving what is left costs as much as it is long: only when half of it is gone.
        guard droppedBytes > bytes.count / 2 else { return }
        bytes.removeFirst(droppedBytes)
        droppedBytes = 0
    }

    /// Gives `range` to `body`; false when it is not kept any more.
    package func read(_ range: SampleRange, _ body: (RawSpan) -> Void) -> Bool {
        let from = droppedBytes + frame * Int((range.start - start).samples)
        let to = droppedBytes + frame * Int((range.end - start).samples)
        guard range.start >= start, to <= bytes.count else { return false }
        body(bytes.span.bytes.extracting(from..<to))
        return true
    }
}

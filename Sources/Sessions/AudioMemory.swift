package import Speech

/// A stream's audio, kept for as long as it may be needed again: 16-bit little-endian PCM.
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
        // Moving the rest costs as much as the rest is long, so it is moved only when half of the bytes are dropped.
        guard droppedBytes > bytes.count / 2 else { return }
        bytes.removeFirst(droppedBytes)
        droppedBytes = 0
    }

    /// Calls `body` with the audio of `range`; returns false when the audio is not kept any more.
    package func read(_ range: SampleRange, _ body: (RawSpan) -> Void) -> Bool {
        let from = droppedBytes + frame * Int((range.start - start).samples)
        let to = droppedBytes + frame * Int((range.end - start).samples)
        guard range.start >= start, to <= bytes.count else { return false }
        body(bytes.span.bytes.extracting(from..<to))
        return true
    }
}

internal import Synchronization

/// Records a microphone: 16-bit little-endian PCM, 16 kHz, mono, in blocks of 1,024 samples (64 ms).
///
/// Blocks wait in a ring of eight seconds while `deliver` is slow; further blocks are dropped and counted. After `stop` has returned no sample is
/// delivered, even when `start` was still at work. Any thread may call the methods.
package final class Capture: Sendable {
    /// Number of samples in a block.
    package static let blockSize = 1_024
    package static let hertz = 16_000

    private enum State {
        case new, stopped
        case running(CaptureStream)
    }

    private let state = Mutex(State.new)
    private let delivery: CaptureDelivery
    private let wanted: String?

    /// - Parameters:
    ///   - device: number or (part of the) name of one of `devices()`; nil: the system's default.
    ///   - deliver: takes the blocks, in order, on a thread of this capture.
    ///   - overran: called with the number of lost samples, before the block that follows them.
    ///   - failed: called once, on the same thread, when the device stops by itself. No block is delivered afterwards.
    package init(
        device: String? = nil, deliver: @escaping @Sendable (RawSpan) -> Void, overran: @escaping @Sendable (Int) -> Void = { _ in },
        failed: @escaping @Sendable (CaptureError) -> Void
    ) {
        wanted = device
        delivery = CaptureDelivery(
            ring: BlockRing(blockSize: Self.blockSize, capacity: 125), deliver: deliver, overran: overran, failed: failed)
    }

    deinit { stop() }

    /// Returns the input devices that exist now.
    package static func devices() throws(CaptureError) -> [CaptureDevice] { try PortAudio.devices() }

    /// Number of samples that were lost because `deliver` was too slow.
    package var droppedSamples: Int { delivery.ring.droppedSamples }

    /// Starts to record. Returns when the device runs. Does nothing after `stop`.
    package func start() throws(CaptureError) {
        try state.withLock { (state: inout sending State) throws(CaptureError) in
            switch state {
            case .stopped: return
            case .running: throw .alreadyUsed
            case .new: break
            }
            guard !delivery.isOver else { return }
            let stream = try CaptureStream(wanted, delivery: delivery)
            do throws(CaptureError) {
                try delivery.start()
            } catch {
                stream.close()
                throw error
            }
            state = .running(stream)
        }
    }

    /// Ends the recording. When it returns, `deliver` does not run and will not be called again; when `deliver` itself calls `stop`, the current call
    /// is the last. A second call does nothing.
    package func stop() {
        // `end` takes effect at once, even while `start` holds the state.
        delivery.end()
        state.withLock { state in
            if case .running(let stream) = state { stream.close() }
            state = .stopped
        }
        delivery.join()
    }
}

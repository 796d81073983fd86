internal import Synchronization

/// Records a microphone: 16-bit little-endian PCM, 16 kHz, mono, in blocks of 1,024 samples (64 ms).
///
/// Blocks wait in a ring of eight seconds when their taker is slow; beyond that, new ones are dropped and counted. `stop` means stop, also while
/// `start` is still at work: once it has returned, no sample is delivered. Callable from any thread.
package final class Capture: Sendable {
    /// Samples in a block.
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
    ///   - device: a number or (part of a) name of `devices()`; nil is the system's default.
    ///   - deliver: takes the blocks, in order, on a thread of the capture's own.
    ///   - overran: told before the block that follows when samples were lost: how many.
    ///   - failed: called once, on that thread, when the device stops by itself; nothing is delivered after it.
    package init(
        device: String? = nil, deliver: @escaping @Sendable (RawSpan) -> Void, overran: @escaping @Sendable (Int) -> Void = { _ in },
        failed: @escaping @Sendable (CaptureError) -> Void
    ) {
        wanted = device
        delivery = CaptureDelivery(
            ring: BlockRing(blockSize: Self.blockSize, capacity: 125), deliver: deliver, overran: overran, failed: failed)
    }

    deinit { stop() }

    /// What can be recorded from, now.
    package static func devices() throws(CaptureError) -> [CaptureDevice] { try PortAudio.devices() }

    /// Samples that were lost because `deliver` was too slow.
    package var droppedSamples: Int { delivery.ring.droppedSamples }

    /// Begins to record. Returns when the device runs; does nothing after `stop`.
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

    /// Ends the recording. When it returns, `deliver` is not running and will not be called again (called from inside `deliver`: not after that
    /// call). A second call does nothing.
    package func stop() {
        // At once, also while `start` holds the state.
        delivery.end()
        state.withLock { state in
            if case .running(let stream) = state { stream.close() }
            state = .stopped
        }
        delivery.join()
    }
}

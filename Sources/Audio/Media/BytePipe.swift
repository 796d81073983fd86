/// A pipe of bytes from the loop that receives them to the thread that decodes them. The writer never waits; the reader does.
final class BytePipe: Sendable {
    private struct State {
        var bytes: [UInt8] = []
        /// Number of bytes in `bytes` that were read.
        var offset = 0
        var isFinished = false
        var isCancelled = false
        var isReaderWaiting = false
        /// Number of bytes that may still be read. Later bytes are dropped.
        var remaining = Int.max
        /// True if so many bytes waited since the last call of `drained` that the writer may have stopped.
        var wasHigh = false

        var count: Int { bytes.count - offset }

        /// True if the reader gets no bytes except those that are here.
        var isComplete: Bool { isFinished || isCancelled }
    }

    private let state = Monitor(State())
    private let limit: Int
    private let drained: @Sendable () -> Void

    /// Number of waiting bytes from which the writer may stop, if it watches `count`.
    private static let high = 16 << 10

    /// - Parameter drained: called on the reading thread when the pipe is empty after many bytes waited.
    init(limit: Int, drained: @escaping @Sendable () -> Void) {
        self.limit = limit
        self.drained = drained
    }

    /// Number of bytes written and not yet read.
    var count: Int { state.withLock { $0.count } }

    /// True if the reader has read all bytes and waits for more.
    var isDry: Bool { state.withLock { $0.isReaderWaiting } }

    /// Writes bytes. Returns false, and takes no bytes, when more than the limit would wait.
    func write(_ span: RawSpan) -> Bool {
        let isTaken = span.withUnsafeBytes { new in
            state.withLock { state in
                guard state.count + new.count <= limit else { return false }
                guard !state.isComplete else { return true }
                if state.offset == state.bytes.count || state.offset > state.bytes.count / 2 {
                    state.bytes.removeFirst(state.offset)
                    state.offset = 0
                }
                state.bytes.append(contentsOf: new)
                state.isReaderWaiting = false
                if state.count >= Self.high { state.wasHigh = true }
                return true
            }
        }
        state.signalAll()
        return isTaken
    }

    /// Declares that no more bytes will be written.
    func finish() {
        state.withLock { $0.isFinished = true }
        state.signalAll()
    }

    /// Ends the pipe at once: the reader gets no more bytes.
    func cancel() {
        state.withLock { state in
            state.isCancelled = true
            state.bytes = []
            state.offset = 0
        }
        state.signalAll()
    }

    /// Waits for at least one byte and returns the number of bytes read; 0 at the end.
    func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        let isDrained = state.withLock { state in
            defer { if state.count == 0 { state.wasHigh = false } }
            return state.wasHigh && state.count == 0
        }
        if isDrained { drained() }
        return state.wait { state -> Int? in
            if state.remaining == 0 { state.offset = state.bytes.count }
            guard state.count > 0 || state.isComplete else {
                state.isReaderWaiting = true
                return nil
            }
            let count = min(buffer.count, state.count, state.remaining)
            guard count > 0 else { return 0 }
            state.remaining -= count
            let range = state.offset..<state.offset + count
            state.bytes.withUnsafeBytes { buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[range])) }
            state.offset += count
            return count
        }
    }

    /// Waits until there are `most` bytes, or until no more will come, and returns them without removing them.
    func peek(_ most: Int) -> [UInt8] {
        state.wait { state in
            guard state.count >= most || state.isComplete else {
                state.isReaderWaiting = true
                return nil
            }
            return Array(state.bytes[state.offset...].prefix(most))
        }
    }

    /// Removes `count` peeked bytes, and lets the reader have only the next `limit` bytes. The end still comes with `finish`.
    func skip(_ count: Int, limit: Int?) {
        state.withLock { state in
            state.offset = min(state.offset + count, state.bytes.count)
            state.remaining = limit ?? .max
        }
    }
}

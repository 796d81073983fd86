/// Bytes between the loop that receives them and the thread that decodes them. The writer never waits; the reader does.
final class BytePipe: Sendable {
    private struct State {
        var bytes: [UInt8] = []
        /// How many of `bytes` were read.
        var offset = 0
        var isFinished = false
        var isCancelled = false
        var isReaderWaiting = false
        /// Bytes that may still be read; what comes after them is dropped.
        var remaining = Int.max
        /// So much lay here since `drained` was called last that the writer may have stopped.
        var wasHigh = false

        var count: Int { bytes.count - offset }

        /// For the reader: nothing will come that is not here.
        var isComplete: Bool { isFinished || isCancelled }
    }

    private let state = Monitor(State())
    private let limit: Int
    private let drained: @Sendable () -> Void

    /// From here on a writer that has an eye on `count` may stop.
    private static let high = 16 << 10

    /// - Parameter drained: called by the reading thread when everything is read after much lay here.
    init(limit: Int, drained: @escaping @Sendable () -> Void) {
        self.limit = limit
        self.drained = drained
    }

    /// Bytes written and not yet read.
    var count: Int { state.withLock { $0.count } }

    /// The reader has had everything and waits for more.
    var isDry: Bool { state.withLock { $0.isReaderWaiting } }

    /// False when more than the limit would wait to be read; nothing is taken then.
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

    /// No more bytes will be written.
    func finish() {
        state.withLock { $0.isFinished = true }
        state.signalAll()
    }

    /// The reader gets nothing more, at once.
    func cancel() {
        state.withLock { state in
            state.isCancelled = true
            state.bytes = []
            state.offset = 0
        }
        state.signalAll()
    }

    /// Waits for at least one byte. 0 at the end.
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

    /// Waits until there are `most` bytes or no more will come, and shows them without taking them.
    func peek(_ most: Int) -> [UInt8] {
        state.wait { state in
            guard state.count >= most || state.isComplete else {
                state.isReaderWaiting = true
                return nil
            }
            return Array(state.bytes[state.offset...].prefix(most))
        }
    }

    /// Takes `count` bytes that were shown, and lets only `limit` of those behind them be read; the end comes with `finish` all the same.
    func skip(_ count: Int, limit: Int?) {
        state.withLock { state in
            state.offset = min(state.offset + count, state.bytes.count)
            state.remaining = limit ?? .max
        }
    }
}

/// Bytes between the loop that receives them and the thread that decodes them. The writer never waits; the reader does.
///
/// `@unchecked Sendable`: every variable is used inside `monitor.locked` only.
final class BytePipe: @unchecked Sendable {
    private let monitor = Monitor()
    private let limit: Int
    private let drained: @Sendable () -> Void
    private var bytes: [UInt8] = []
    /// How many of `bytes` were read.
    private var offset = 0
    private var isFinished = false
    private var isCancelled = false
    private var isReaderWaiting = false
    /// Bytes that may still be read; what comes after them is dropped.
    private var remaining = Int.max
    /// So much lay here since `drained` was called last that the writer may have stopped.
    private var wasHigh = false

    /// From here on a writer that has an eye on `count` may stop.
    private static let high = 16 << 10

    /// - Parameter drained: called by the reading thread when everything is read after much lay here.
    init(limit: Int, drained: @escaping @Sendable () -> Void) {
        self.limit = limit
        self.drained = drained
    }

    /// Bytes written and not yet read.
    var count: Int { monitor.locked { bytes.count - offset } }

    /// The reader has had everything and waits for more.
    var isDry: Bool { monitor.locked { isReaderWaiting } }

    /// False when more than the limit would wait to be read; nothing is taken then.
    func write(_ span: RawSpan) -> Bool {
        span.withUnsafeBytes { new in
            monitor.locked {
                guard bytes.count - offset + new.count <= limit else { return false }
                guard !isCancelled && !isFinished else { return true }
                if offset == bytes.count || offset > bytes.count / 2 {
                    bytes.removeFirst(offset)
                    offset = 0
                }
                bytes.append(contentsOf: new)
                isReaderWaiting = false
                if bytes.count - offset >= Self.high { wasHigh = true }
                monitor.wakeAll()
                return true
            }
        }
    }

    /// No more bytes will be written.
    func finish() {
        monitor.locked {
            isFinished = true
            monitor.wakeAll()
        }
    }

    /// The reader gets nothing more, at once.
    func cancel() {
        monitor.locked {
            isCancelled = true
            bytes = []
            offset = 0
            monitor.wakeAll()
        }
    }

    /// Inside `locked` only.
    private func waitForMore() {
        isReaderWaiting = true
        monitor.wait()
    }

    /// Waits for at least one byte. 0 at the end.
    func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        let isDrained = monitor.locked {
            defer { if offset == bytes.count { wasHigh = false } }
            return wasHigh && offset == bytes.count
        }
        if isDrained { drained() }
        return monitor.locked {
            while true {
                if remaining == 0 { offset = bytes.count }
                guard offset == bytes.count && !isFinished && !isCancelled else { break }
                waitForMore()
            }
            let count = min(buffer.count, bytes.count - offset, remaining)
            guard count > 0 else { return 0 }
            remaining -= count
            bytes.withUnsafeBytes { buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[offset..<(offset + count)])) }
            offset += count
            return count
        }
    }

    /// Waits until there are `most` bytes or no more will come, and shows them without taking them.
    func peek(_ most: Int) -> [UInt8] {
        monitor.locked {
            while bytes.count - offset < most && !isFinished && !isCancelled { waitForMore() }
            return Array(bytes[offset...].prefix(most))
        }
    }

    /// Takes `count` bytes that were shown, and lets only `limit` of those behind them be read; the end comes with `finish` all the same.
    func skip(_ count: Int, limit: Int?) {
        monitor.locked {
            offset = min(offset + count, bytes.count)
            remaining = limit ?? .max
        }
    }
}

internal import Dispatch
internal import Glibc
internal import Net
internal import Sessions
package import Speech
internal import Synchronization

/// Writes log lines to a descriptor on a thread of its own, so that a reader that does not read stops nothing else. Lines that do not fit into a
/// bounded queue are dropped and counted.
package final class LogWriter: Sendable {
    private struct State {
        var queue: LogQueue
        /// Number of entries that were accepted; `done` is the number of entries that were written.
        var added = 0, done = 0
        var flushes: [(upTo: Int, signal: DispatchSemaphore)] = []
    }

    private let descriptor: Int32
    private let state: Mutex<State>
    private let wake = DispatchSemaphore(value: 0)
    private let format: LogFormat
    private let dropped: @Sendable () -> Void

    /// - Parameters:
    ///   - descriptor: the descriptor to write to; must stay open while the process lives.
    ///   - maxLines: the maximum number of waiting lines.
    ///   - maxBytes: the maximum size of waiting lines, in bytes.
    ///   - dropped: called for each line that did not fit, on the thread that logged it.
    /// - Throws: when no thread can be started.
    package init(
        descriptor: Int32 = 2, maxLines: Int = 10_000, maxBytes: Int = 4 << 20, format: LogFormat = .text,
        now: @escaping @Sendable () -> UnixTime = { .now },
        dropped: @escaping @Sendable () -> Void = {}
    ) throws {
        self.descriptor = descriptor
        self.format = format
        self.dropped = dropped
        state = Mutex(State(queue: LogQueue(limits: .init(lines: maxLines, bytes: maxBytes))))
        try startThread(name: "log") { [weak self, wake] in
            while true {
                wake.wait()
                guard let writer = self else { return }
                writer.writeAll(now)
            }
        }
    }

    deinit { wake.signal() }

    /// Puts a line into the queue. Never blocks.
    package func write(_ line: String) {
        let isTaken = state.withLock { state in
            guard state.queue.add(line) else { return false }
            state.added += 1
            return true
        }
        if isTaken { wake.signal() } else { dropped() }
    }

    /// Waits until the lines that were logged so far are written, but no longer than `limit`.
    package func flush(within limit: Duration) {
        let signal = DispatchSemaphore(value: 0)
        let isDone = state.withLock { state in
            guard state.done < state.added else { return true }
            state.flushes.append((state.added, signal))
            return false
        }
        if !isDone { _ = signal.wait(timeout: .now() + .nanoseconds(Int(limit / .nanoseconds(1)))) }
    }

    private func writeAll(_ now: @Sendable () -> UnixTime) {
        while let entry = state.withLock({ $0.queue.next() }) {
            switch entry {
            case .line(let line): put(line)
            case .dropped(let count): put(format.line(now(), .warning, "\(count) lines dropped: the log was not read", [.count: "\(count)"]))
            }
            let ended = state.withLock { state in
                if case .line = entry { state.done += 1 }
                let ended = state.flushes.filter { $0.upTo <= state.done }
                state.flushes.removeAll { $0.upTo <= state.done }
                return ended
            }
            for flush in ended { flush.signal.signal() }
        }
    }

    /// Writes a line with one write(2) where the descriptor accepts it, so that lines of several processes do not mix. A failed write is ignored,
    /// because there is no better place to report it.
    private func put(_ line: String) {
        var line = line
        line.withUTF8 { bytes in
            var rest = UnsafeRawBufferPointer(bytes)
            while !rest.isEmpty {
                let count = Glibc.write(descriptor, rest.baseAddress, rest.count)
                if count >= 0 {
                    rest = UnsafeRawBufferPointer(rebasing: rest[count...])
                } else if errno == EAGAIN {
                    var waiting = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                    _ = poll(&waiting, 1, -1)
                } else if errno != EINTR {
                    return
                }
            }
        }
    }
}

internal import Dispatch
internal import Glibc
internal import Synchronization

/// Syncs all logs to the disk, together, now and then: a sync of many files costs far more than one of few with the same bytes, and
/// a loop must not wait for either.
package final class JournalSync: Sendable {
    private struct State {
        /// Duplicates of written files' descriptors, so that a file that is dropped meanwhile is not another one's.
        var dirty: [Int32: Int32] = [:]
        var isScheduled = false
    }

    private let state = Mutex(State())
    private let queue = DispatchQueue(label: "harken.journal.sync", qos: .utility)
    private let interval: Duration

    package init(interval: Duration) { self.interval = interval }

    /// The file behind `descriptor` has bytes that are not synced.
    func wrote(_ descriptor: Int32) {
        let schedule = state.withLock { state in
            if state.dirty[descriptor] == nil {
                let duplicate = fcntl(descriptor, F_DUPFD_CLOEXEC, 0)
                if duplicate >= 0 { state.dirty[descriptor] = duplicate }
            }
            defer { state.isScheduled = true }
            return !state.isScheduled
        }
        guard schedule else { return }
        let (seconds, attoseconds) = interval.components
        queue.asyncAfter(deadline: .now() + .nanoseconds(Int(seconds) * 1_000_000_000 + Int(attoseconds / 1_000_000_000))) { [self] in syncAll() }
    }

    /// The file is about to be deleted.
    func forget(_ descriptor: Int32) {
        if let duplicate = state.withLock({ $0.dirty.removeValue(forKey: descriptor) }) { close(duplicate) }
    }

    private func syncAll() {
        let dirty = state.withLock { state in
            state.isScheduled = false
            defer { state.dirty = [:] }
            return state.dirty
        }
        for duplicate in dirty.values {
            fdatasync(duplicate)
            close(duplicate)
        }
    }
}

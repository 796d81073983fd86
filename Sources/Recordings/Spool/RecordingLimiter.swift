internal import Synchronization

/// Limits the number of recordings that are worked on or wait at once. The engines have their own queues; this limit bounds what clients can pile up.
package final class RecordingLimiter: Sendable {
    private let most: Int
    private let running = Atomic<Int>(0)

    package init(most: Int) { self.most = most }

    /// True when there is room; then `leave` must follow.
    package func enter() -> Bool {
        guard running.add(1, ordering: .relaxed).newValue <= most else {
            leave()
            return false
        }
        return true
    }

    package func leave() { running.subtract(1, ordering: .relaxed) }
}

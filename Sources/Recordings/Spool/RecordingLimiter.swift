internal import Synchronization

/// Limits the number of recordings that are being worked on or wait. Engines have their own queues; this limit bounds the backlog of clients.
package final class RecordingLimiter: Sendable {
    private let most: Int
    private let running = Atomic<Int>(0)

    package init(most: Int) { self.most = most }

    /// Takes a place. Returns true when there was one; `leave` must then follow.
    package func enter() -> Bool {
        guard running.add(1, ordering: .relaxed).newValue <= most else {
            leave()
            return false
        }
        return true
    }

    package func leave() { running.subtract(1, ordering: .relaxed) }
}

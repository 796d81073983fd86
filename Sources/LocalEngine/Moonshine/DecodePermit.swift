import Audio
import Synchronization

/// Given to work in hand: whether to go on with it.
package final class DecodePermit: Sendable {
    let id: UInt64
    let urgency: DecodeUrgency
    let shared: DecodePool.Shared
    let isCancelled = Atomic(false)

    init(id: UInt64, urgency: DecodeUrgency, _ shared: DecodePool.Shared) {
        self.id = id
        self.urgency = urgency
        self.shared = shared
    }

    /// Asked between tokens. Prerecorded work gives way to live work in here.
    package func mayContinue() -> Bool {
        if urgency == .prerecorded { shared.giveWay() }
        return !isCancelled.load(ordering: .relaxed)
    }
}

/// Work that was given to a pool.
package struct DecodeJob: Sendable {
    let permit: DecodePermit

    /// Stops the work at its next token, or before it begins.
    ///
    /// - Returns: whether it was still waiting, which means that it will never be called.
    @discardableResult
    package func cancel() -> Bool {
        permit.isCancelled.store(true, ordering: .relaxed)
        let removed = permit.shared.state.withLock { $0.queue.remove(id: permit.id) }
        if removed, permit.urgency != .prerecorded { permit.shared.liveWaiting.subtract(1, ordering: .relaxed) }
        return removed
    }
}

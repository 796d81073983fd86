import Audio
import Synchronization

/// A permit that running work asks whether to go on.
package final class DecodePermit: Sendable {
    let id: UInt64
    let urgency: DecodeUrgency
    /// True for prerecorded work whose amount at once is limited.
    let isLong: Bool
    /// True for words that are shown until better ones come; the number of such readings at once is limited.
    let isInterim: Bool
    let shared: DecodePool.Shared
    let isCancelled = Atomic(false)

    init(id: UInt64, urgency: DecodeUrgency, isLong: Bool, _ shared: DecodePool.Shared) {
        self.id = id
        self.urgency = urgency
        self.isLong = isLong
        isInterim = if case .interim = urgency { true } else { false }
        self.shared = shared
    }

    /// Returns true if the work may go on. The work asks between tokens; in this call, prerecorded work lets waiting live work run, an interim lets
    /// waiting live work run that is no interim, and other live work that whose deadline is nearer.
    package func mayContinue() -> Bool {
        guard !isCancelled.load(ordering: .relaxed) else { return false }
        switch urgency {
        case .live(let deadline): shared.giveWay(toInterims: false, before: deadline)
        case .interim: shared.giveWay(toInterims: false)
        case .prerecorded: shared.giveWay(toInterims: true)
        }
        return !isCancelled.load(ordering: .relaxed)
    }
}

/// A handle of work that was submitted to a pool.
package struct DecodeJob: Sendable {
    let permit: DecodePermit

    /// Stops the work at its next token, or before it begins.
    ///
    /// - Returns: true if the work was still waiting and therefore will never run.
    @discardableResult
    package func cancel() -> Bool {
        permit.isCancelled.store(true, ordering: .relaxed)
        let removed = permit.shared.state.withLock { $0.queue.remove(id: permit.id) }
        if removed, permit.urgency != .prerecorded { permit.shared.liveWaiting.subtract(1, ordering: .relaxed) }
        return removed
    }
}

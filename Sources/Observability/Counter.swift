internal import Synchronization

/// Counts events on any thread.
package final class Counter: Sendable {
    private let total = Atomic(0)

    package init() {}

    package var count: Int { total.load(ordering: .relaxed) }

    package func add() { total.add(1, ordering: .relaxed) }
}

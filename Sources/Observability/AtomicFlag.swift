internal import Synchronization

/// A flag that can be set, cleared and read from any thread.
package final class AtomicFlag: Sendable {
    private let value = Atomic<Bool>(false)

    package init() {}

    package var isSet: Bool { value.load(ordering: .acquiring) }

    package func set() { value.store(true, ordering: .releasing) }

    package func clear() { value.store(false, ordering: .releasing) }
}

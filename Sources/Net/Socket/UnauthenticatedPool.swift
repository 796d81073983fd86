import Synchronization

/// The memory and the places of addresses that all unauthenticated connections of a server hold together. Shared by the server's loops.
final class UnauthenticatedPool: Sendable {
    let limits: UnauthenticatedLimits
    private let memory = Atomic<Int>(0)
    private let connectionCounts = Mutex([AddressBlock: Int]())

    init(_ limits: UnauthenticatedLimits) {
        self.limits = limits
    }

    /// Memory that is held now, in bytes.
    var memoryByteCount: Int { memory.load(ordering: .relaxed) }
    /// True if more memory is held than allowed.
    var isOverdrawn: Bool { memoryByteCount > limits.maxMemoryByteCount }

    func add(_ byteCount: Int) {
        memory.add(byteCount, ordering: .relaxed)
    }

    /// Returns true if the address may have another connection.
    func hasRoom(for address: IPAddress) -> Bool {
        let limit = limits.maxConnectionCountPerAddress
        guard limit > 0, !limits.isExempt(address) else { return true }
        return connectionCounts.withLock { $0[AddressBlock(address), default: 0] < limit }
    }

    func enter(_ block: AddressBlock) {
        connectionCounts.withLock { $0[block, default: 0] += 1 }
    }

    func leave(_ block: AddressBlock) {
        connectionCounts.withLock { counts in
            let count = counts[block, default: 0] - 1
            counts[block] = count > 0 ? count : nil
        }
    }
}

import Glibc
internal import Synchronization

/// The descriptors that the process may have open, shared by callers' connections and by what their sessions and uploads will open.
///
/// Only uses whose number callers decide are counted. All others have a bounded number, and a part of the descriptors is kept for them. So a caller
/// for whom there is no room is refused before anything is lost, and never because the journal or the store could not open a file.
package final class DescriptorBudget: Sendable {
    /// The use of a descriptor that is counted.
    package enum Use: Sendable {
        /// The connection of a caller.
        case connection
        /// A connection to an engine, or a file, of a session or an upload. Some descriptors are left to connections, so that who is refused can be
        /// told so, and so that operators reach the gateway.
        case work
    }

    /// Maximum number of open descriptors of the process.
    package let limit: Int
    /// Descriptors that callers do not get: for the journal, the store, decoders, repairs, jobs, webhooks and the loops.
    package var kept: Int { min(Self.minKept + limit / 16, limit / 2) }
    /// Descriptors that connections get only.
    package var entrance: Int { max(1, (limit - kept) / 16) }

    /// A gateway with few processors and an empty store has about 40 descriptors open; its decoders, jobs and repairs at work need as many again.
    private static let minKept = 128

    private let taken = Atomic<Int>(0)

    package init(limit: Int = DescriptorBudget.systemLimit) { self.limit = max(4, limit) }

    /// The process's limit; once there is a `LoopGroup`, the highest limit that the system allows.
    package static var systemLimit: Int {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 1024 }
        return Int(clamping: limit.rlim_cur)
    }

    /// Number of connections that there may be while no session or upload has a descriptor.
    package var connections: Int { limit - kept }

    /// Returns the number of live sessions for which there is room.
    ///
    /// - Parameter each: descriptors that a session needs besides its client's connection.
    package func sessions(taking each: Int) -> Int { max(1, (limit - kept - entrance) / (1 + each)) }

    /// Takes descriptors.
    ///
    /// - Returns: false, without taking any, when there are too few.
    func take(_ count: Int, for use: Use) -> Bool {
        let most = use == .connection ? limit - kept : limit - kept - entrance
        guard taken.wrappingAdd(count, ordering: .relaxed).newValue <= most else {
            giveBack(count)
            return false
        }
        return true
    }

    func giveBack(_ count: Int) { taken.wrappingSubtract(count, ordering: .relaxed) }

    /// Takes descriptors for a session or an upload.
    ///
    /// - Returns: nil when there are too few.
    package func share(of count: Int) -> DescriptorShare? {
        guard count > 0 else { return DescriptorShare(0, of: self) }
        return take(count, for: .work) ? DescriptorShare(count, of: self) : nil
    }
}

/// The descriptors that one session or upload may open. The last release of the reference gives them back.
package final class DescriptorShare: Sendable {
    private let count: Int
    private let budget: DescriptorBudget

    fileprivate init(_ count: Int, of budget: DescriptorBudget) {
        self.count = count
        self.budget = budget
    }

    deinit { budget.giveBack(count) }
}

internal import Net
internal import Protocols
internal import Store
internal import Synchronization

/// The budget of disk space and descriptors for uploads from callers, shared by all uploads. Any thread may use it.
package final class DiskBudget: Sendable {
    /// Number of bytes that an upload may bring between two checks of the file system.
    fileprivate static let interval = 8 << 20

    /// Descriptors that an upload may need at a time: its file, and the connection to the engine that gets it.
    private static let descriptorsPerUpload = 2

    private let descriptors: DescriptorBudget
    fileprivate let ledger: Mutex<DiskLedger>
    fileprivate let space: @Sendable () -> DiskSpace?

    /// - Parameter space: returns the space of the file system; may block.
    init(limits: DiskLimits, descriptors: DescriptorBudget, space: @escaping @Sendable () -> DiskSpace?) {
        self.descriptors = descriptors
        ledger = Mutex(DiskLedger(limits: limits))
        self.space = space
    }

    /// Number of bytes that all uploads hold.
    package var total: Int { ledger.withLock { $0.total } }

    /// Begins an upload.
    ///
    /// - Parameter announced: number of bytes that will come; nil: not known.
    func open(_ owner: DiskOwner, announced: Int?) throws(RequestError) -> DiskHold {
        // The number of jobs at a time is bounded, and an accepted job must not fail because callers are many: descriptors are kept for jobs.
        guard let room = descriptors.share(of: owner.isSent ? Self.descriptorsPerUpload : 0) else {
            throw .unavailable("The gateway has no room for another recording now; try again later.")
        }
        let space = space()
        let holding = ledger.withLock { ledger in
            Result { () throws(DiskLedger.Shortage) in try ledger.open(owner, announced: announced ?? 0, disk: space) }
        }
        do throws(DiskLedger.Shortage) { return DiskHold(try holding.get(), of: self, room) } catch { throw RequestError(error) }
    }
}

/// The disk space and the descriptors that one upload holds, in one or several files. The last release of the reference gives it back, so the reference
/// must live as long as the files.
package final class DiskHold: Sendable {
    private struct State {
        var holding: DiskLedger.Holding
        /// Number of bytes for which the file system was found to have space.
        var checked = 0
        var shortage: DiskLedger.Shortage?
    }

    private let budget: DiskBudget
    private let room: DescriptorShare
    private let state: Mutex<State>

    fileprivate init(_ holding: DiskLedger.Holding, of budget: DiskBudget, _ room: DescriptorShare) {
        self.budget = budget
        self.room = room
        state = Mutex(State(holding: holding))
    }

    deinit {
        state.withLock { state in budget.ledger.withLock { $0.close(&state.holding) } }
    }

    /// Reason why bytes were rejected; nil: no bytes were rejected.
    var requestError: RequestError? { state.withLock { $0.shortage }.map { RequestError($0) } }

    /// Accounts for bytes that are about to be written. May block.
    ///
    /// - Returns: false when there is no space for these bytes; from then on no bytes are accepted.
    func take(_ count: Int) -> Bool {
        state.withLock { state in
            guard state.shortage == nil else { return false }
            do throws(DiskLedger.Shortage) {
                try take(count, &state)
                return true
            } catch {
                state.shortage = error
                return false
            }
        }
    }

    private func take(_ count: Int, _ state: inout State) throws(DiskLedger.Shortage) {
        let needsCheck = state.holding.taken + count > state.checked
        let space = needsCheck ? budget.space() : nil
        var holding = state.holding
        let result = budget.ledger.withLock { ledger in
            Result { () throws(DiskLedger.Shortage) in
                if needsCheck { try ledger.check(max(count, DiskBudget.interval), space) }
                try ledger.take(count, &holding)
            }
        }
        state.holding = holding
        try result.get()
        if needsCheck { state.checked = holding.taken + DiskBudget.interval }
    }

    /// Notes that no more bytes will come.
    func end() {
        state.withLock { state in budget.ledger.withLock { $0.end(&state.holding) } }
    }
}

extension RequestError {
    fileprivate init(_ shortage: DiskLedger.Shortage) {
        self =
            switch shortage {
            case .uploadsAtOnce: .tooManyRequests(retryAfter: .seconds(5))
            case .userShare: .unavailable("Your recordings take all the disk space of one user; try again when some are done.")
            case .spool: .unavailable("The gateway has no disk space for more recordings; try again when some are done.")
            case .disk: .unavailable("The gateway's disk is nearly full; try again later.")
            }
    }
}

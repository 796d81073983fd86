internal import Admission
internal import Speech
package import Store

/// The accounts of the disk space that uploads hold, per user and in total, and the rules for more.
package struct DiskLedger: Sendable {
    /// Reason why an upload gets no disk.
    package enum Shortage: Error, Sendable, Equatable {
        /// The key already sends this number of uploads.
        case uploadsAtOnce(Int)
        /// The user's share is used up.
        case userShare
        /// The share of all uploads is used up.
        case spool
        /// The file system is nearly full.
        case disk
    }

    /// The disk that one upload holds.
    package struct Holding: Sendable, Equatable {
        let owner: DiskOwner
        /// Number of bytes that are accounted for: the announced or the received number, whichever is larger.
        fileprivate(set) var reserved = 0
        /// Number of received bytes.
        fileprivate(set) var taken = 0
        /// True if more bytes may come.
        fileprivate(set) var isSending = true
    }

    /// Minimum number of bytes by which an account grows, when more bytes come than were announced.
    private static let step = 1 << 20

    private let limits: DiskLimits
    package private(set) var total = 0
    private var users: [ID<User>: Int] = [:]
    private var senders: [CallerID: Int] = [:]

    package init(limits: DiskLimits) { self.limits = limits }

    package var isEmpty: Bool { total == 0 && users.isEmpty && senders.isEmpty }

    /// Begins an upload.
    ///
    /// - Parameters:
    ///   - announced: number of bytes that the sender has announced; 0: not known.
    ///   - disk: space of the file system; nil: not known.
    package mutating func open(_ owner: DiskOwner, announced: Int, disk: DiskSpace?) throws(Shortage) -> Holding {
        if let sender = owner.sender, senders[sender, default: 0] >= limits.uploadsPerKey { throw .uploadsAtOnce(limits.uploadsPerKey) }
        try check(announced, disk)
        var holding = Holding(owner: owner)
        try reserve(announced, &holding)
        if let sender = owner.sender { senders[sender, default: 0] += 1 }
        return holding
    }

    /// Accounts for received bytes.
    package mutating func take(_ count: Int, _ holding: inout Holding) throws(Shortage) {
        let needed = holding.taken + count - holding.reserved
        if needed > 0 {
            do throws(Shortage) {
                try reserve(max(needed, Self.step), &holding)
            } catch {
                // The last bytes of a share may be used too.
                try reserve(needed, &holding)
            }
        }
        holding.taken += count
    }

    /// Throws `disk` if the file system has no space for this number of further bytes.
    package func check(_ count: Int, _ disk: DiskSpace?) throws(Shortage) {
        guard let disk else { return }
        guard count <= disk.free - limits.kept(of: disk.total) else { throw .disk }
    }

    /// Notes that no more bytes will come. Announced bytes that did not come are free again.
    package mutating func end(_ holding: inout Holding) {
        guard holding.isSending else { return }
        holding.isSending = false
        release(holding.reserved - holding.taken, &holding)
        guard let sender = holding.owner.sender, let count = senders[sender] else { return }
        senders[sender] = count > 1 ? count - 1 : nil
    }

    /// Notes that the upload's files were deleted.
    package mutating func close(_ holding: inout Holding) {
        end(&holding)
        release(holding.reserved, &holding)
        holding.taken = 0
    }

    private mutating func reserve(_ count: Int, _ holding: inout Holding) throws(Shortage) {
        let user = holding.owner.user
        if holding.owner.isLimited, users[user, default: 0] + count > limits.userSpool { throw .userShare }
        guard total + count <= limits.spool else { throw .spool }
        guard count > 0 else { return }
        total += count
        users[user, default: 0] += count
        holding.reserved += count
    }

    private mutating func release(_ count: Int, _ holding: inout Holding) {
        guard count > 0 else { return }
        let user = holding.owner.user
        total -= count
        holding.reserved -= count
        let left = users[user, default: 0] - count
        users[user] = left > 0 ? left : nil
    }
}

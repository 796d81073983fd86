package import Speech
package import Store
internal import Synchronization

/// The balance that all sessions and recordings of one key share while they run. A user without a key has an account too, without a balance.
/// May be used from any thread.
package final class BillingAccount: Sendable {
    /// Key of the account; nil for the account of a user without a key.
    package let key: ID<AccessKey>?
    package let user: ID<User>
    /// True if audio is counted. Otherwise the balance never changes.
    package let isCounted: Bool
    /// Remaining audio, in microseconds.
    private let balance: Atomic<Int64>
    /// Spent audio that the store does not know yet, in microseconds.
    private let unsettled = Atomic<Int64>(0)
    private let valid = Atomic<Bool>(true)

    init(_ caller: Caller) {
        key = caller.grant?.key
        user = caller.user
        let credit = caller.grant?.credit
        isCounted = credit != nil
        balance = Atomic(credit.map(\.wholeMicroseconds) ?? 0)
    }

    /// False once the key was revoked or has expired.
    package var isValid: Bool { valid.load(ordering: .relaxed) }

    /// Remaining audio, in microseconds; never negative.
    package var remaining: Int64 { max(0, balance.load(ordering: .relaxed)) }

    /// Deducts `wanted` microseconds of audio from the balance, or the whole balance if it is smaller.
    package func spend(_ wanted: Int64) -> (granted: Int64, remaining: Int64) {
        var before = balance.load(ordering: .relaxed)
        while true {
            let granted = max(0, min(wanted, before))
            guard granted > 0 else { return (0, max(0, before)) }
            let (isExchanged, found) = balance.compareExchange(expected: before, desired: before - granted, ordering: .relaxed)
            if isExchanged {
                unsettled.add(granted, ordering: .relaxed)
                return (granted, before - granted)
            }
            before = found
        }
    }

    package var id: CallerID { if let key { .key(key) } else { .user(user) } }

    // MARK: For the settlement, one at a time

    func takeUnsettled() -> Int64 { unsettled.exchange(0, ordering: .relaxed) }

    package func giveBack(unsettled microseconds: Int64) { unsettled.add(microseconds, ordering: .relaxed) }

    /// Spent audio that the store does not know yet, in microseconds.
    var unsettledAmount: Int64 { unsettled.load(ordering: .relaxed) }

    package var isSettled: Bool { unsettled.load(ordering: .relaxed) == 0 }

    /// Adds credit that another process gave, or deducts credit that another process took.
    package func correct(by microseconds: Int64) { balance.add(microseconds, ordering: .relaxed) }

    /// Marks the key as invalid.
    ///
    /// - Returns: true if the key was valid before.
    func invalidate() -> Bool { valid.exchange(false, ordering: .relaxed) }
}

extension Duration {
    /// The duration in whole microseconds, rounded down. Seconds beyond `AccessKey.maxCreditSeconds` are cut off.
    package var wholeMicroseconds: Int64 {
        let (seconds, attoseconds) = components
        return min(seconds, AccessKey.maxCreditSeconds) * 1_000_000 + attoseconds / 1_000_000_000_000
    }
}

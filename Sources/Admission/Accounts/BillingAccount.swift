package import Speech
package import Store
internal import Synchronization

/// The balance that all sessions and recordings of one key share while there are any. A user without a key has an account too, without a balance.
/// May be used from any thread.
package final class BillingAccount: Sendable {
    /// nil: the account of a user without a key.
    package let key: ID<AccessKey>?
    package let user: ID<User>
    /// True if audio is counted. Otherwise nothing is ever taken off the balance.
    package let isCounted: Bool
    /// Microseconds of audio that are left.
    private let balance: Atomic<Int64>
    /// Microseconds of audio that were spent and are not in the store yet.
    private let unsettled = Atomic<Int64>(0)
    private let valid = Atomic<Bool>(true)

    init(_ caller: Caller) {
        key = caller.grant?.key
        user = caller.user
        let credit = caller.grant?.credit
        isCounted = credit != nil
        balance = Atomic(credit.map(\.wholeMicroseconds) ?? 0)
    }

    /// False once the key was taken back, or is over.
    package var isValid: Bool { valid.load(ordering: .relaxed) }

    /// Microseconds of audio that are left; never negative.
    package var remaining: Int64 { max(0, balance.load(ordering: .relaxed)) }

    /// Takes so many microseconds of audio off the balance, or as many as there are.
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

    package var isSettled: Bool { unsettled.load(ordering: .relaxed) == 0 }

    /// Someone else gave or took credit.
    package func correct(by microseconds: Int64) { balance.add(microseconds, ordering: .relaxed) }

    /// - Returns: true if the key was valid before.
    func invalidate() -> Bool { valid.exchange(false, ordering: .relaxed) }
}

extension Duration {
    /// Rounded down; what no one will ever have is cut.
    package var wholeMicroseconds: Int64 {
        let (seconds, attoseconds) = components
        return min(seconds, AccessKey.maxCreditSeconds) * 1_000_000 + attoseconds / 1_000_000_000_000
    }
}

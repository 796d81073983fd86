package import Protocols
package import Speech

/// The meter that charges one session's audio to its key. A value that belongs to the session; a charge costs one atomic operation for each frame.
package struct CreditMeter {
    private let account: BillingAccount
    private let rate: SampleRate
    private var paid = SampleCount.zero
    /// Charged audio in microseconds: `paid`, rounded down.
    private var charged: Int64 = 0
    private var warnings: BalanceWarnings
    package private(set) var isExhausted = false

    /// - Parameter warnings: balances at which the client is warned, the highest first.
    package init(_ account: BillingAccount, rate: SampleRate, warnings: [Duration]) {
        self.account = account
        self.rate = rate
        self.warnings = BalanceWarnings(warnings)
    }

    package var remaining: Duration { .microseconds(account.remaining) }

    /// Returns the notice for the client at the session's start; nil when there is none.
    package mutating func begin() -> AccountNotice? { notice(of: account.remaining) }

    /// Charges the next audio.
    ///
    /// - Returns: the part of the audio that could be paid for, and the notice for the client.
    package mutating func pay(for count: SampleCount) -> (SampleCount, AccountNotice?) {
        guard !isExhausted else { return (.zero, nil) }
        let due = microseconds(of: paid + count)
        let (granted, remaining) = account.spend(due - charged)
        charged += granted
        guard charged == due else {
            // A microsecond is never longer than a sample, so exactly this number of samples is paid for.
            let samples = charged.multipliedFullWidth(by: Int64(rate.hertz))
            let affordable = SampleCount(Int64(1_000_000).dividingFullWidth(samples).quotient)
            defer { paid = affordable }
            return (max(.zero, affordable - paid), notice(of: 0))
        }
        paid = paid + count
        return (count, notice(of: remaining))
    }

    private func microseconds(of count: SampleCount) -> Int64 {
        let (seconds, rest) = count.samples.quotientAndRemainder(dividingBy: Int64(rate.hertz))
        return seconds * 1_000_000 + rest * 1_000_000 / Int64(rate.hertz)
    }

    private mutating func notice(of remaining: Int64) -> AccountNotice? {
        guard remaining > 0 else {
            isExhausted = true
            return .exhausted
        }
        return warnings.isNews(remaining) ? .low(remaining: .microseconds(remaining)) : nil
    }
}

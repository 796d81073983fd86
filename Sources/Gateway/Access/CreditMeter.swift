internal import Protocols
internal import Speech

/// Charges one session's audio to its key. A value of the session's; costs one atomic operation a frame.
struct CreditMeter {
    private let account: KeyAccount
    private let rate: SampleRate
    private var paid = SampleCount.zero
    /// Microseconds that were charged: `paid`, rounded down.
    private var charged: Int64 = 0
    /// Microseconds of balance that the client is to hear of, the highest first; each once, until there is more again.
    private let warnings: [Int64]
    /// How many of them were told.
    private var told = 0
    private(set) var isExhausted = false

    /// - Parameter warnings: the highest first.
    init(_ account: KeyAccount, rate: SampleRate, warnings: [Duration]) {
        self.account = account
        self.rate = rate
        self.warnings = warnings.map(\.wholeMicroseconds)
    }

    var remaining: Duration { .microseconds(account.remaining) }

    /// What is to be said at the start.
    mutating func begin() -> AccountNotice? { notice(of: account.remaining) }

    /// Pays for the next audio.
    ///
    /// - Returns: how much of it could be paid for, and what the client is to hear.
    mutating func pay(for count: SampleCount) -> (SampleCount, AccountNotice?) {
        guard !isExhausted else { return (.zero, nil) }
        let due = microseconds(of: paid + count)
        let (granted, remaining) = account.spend(due - charged)
        charged += granted
        guard charged == due else {
            // Microseconds are coarser than samples nowhere, so that this many samples are paid for.
            let samples = charged.multipliedFullWidth(by: Int64(rate.hertz))
            let affordable = SampleCount(Int64(1_000_000).dividingFullWidth(samples).quotient)
            defer { paid = affordable }
            return (max(.zero, affordable - paid), notice(of: 0))
        }
        paid = paid + count
        while told > 0, warnings[told - 1] < remaining { told -= 1 }
        return (count, remaining <= (told < warnings.count ? warnings[told] : 0) ? notice(of: remaining) : nil)
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
        let passed = warnings.prefix { $0 >= remaining }.count
        guard passed > told else { return nil }
        told = passed
        return .low(remaining: .microseconds(remaining))
    }
}

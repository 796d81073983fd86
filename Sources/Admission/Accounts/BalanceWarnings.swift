/// Balances that a client is told about when what is left falls to them: each once, until there is more again.
package struct BalanceWarnings: Sendable {
    /// Microseconds, the highest first.
    private let thresholds: [Int64]
    /// Number of thresholds that the client was told about.
    private var told = 0

    /// - Parameter thresholds: the highest first.
    package init(_ thresholds: [Duration]) { self.thresholds = thresholds.map(\.wholeMicroseconds) }

    /// Returns true if a balance of so many microseconds is news for the client.
    package mutating func isNews(_ remaining: Int64) -> Bool {
        while told > 0, thresholds[told - 1] < remaining { told -= 1 }
        guard told < thresholds.count, remaining <= thresholds[told] else { return false }
        let passed = thresholds.prefix { $0 >= remaining }.count
        told = passed
        return true
    }
}

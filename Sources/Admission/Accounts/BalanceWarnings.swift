/// Warnings about a falling balance: the client is told each threshold once, until the balance has risen above it again.
package struct BalanceWarnings: Sendable {
    /// Thresholds in microseconds, the highest first.
    private let thresholds: [Int64]
    /// Number of thresholds that the client was told about.
    private var told = 0

    /// - Parameter thresholds: balances at which the client is warned, the highest first.
    package init(_ thresholds: [Duration]) { self.thresholds = thresholds.map(\.wholeMicroseconds) }

    /// Returns true if the client must be told that its balance is `remaining` microseconds.
    package mutating func isNews(_ remaining: Int64) -> Bool {
        while told > 0, thresholds[told - 1] < remaining { told -= 1 }
        guard told < thresholds.count, remaining <= thresholds[told] else { return false }
        let passed = thresholds.prefix { $0 >= remaining }.count
        told = passed
        return true
    }
}

/// An amount of money, exact to a hundred-millionth of a dollar, so that sums are exact.
package struct USDollars: Hashable, Comparable, Sendable, CustomStringConvertible {
    package var hundredMillionths: Int64

    package static let zero = USDollars(hundredMillionths: 0)

    package init(hundredMillionths: Int64) { self.hundredMillionths = hundredMillionths }

    /// Parses an amount such as `0.408`: whole dollars, and at most eight digits after the point. nil for any other text.
    package init?(_ text: String) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count <= 2, let whole = Int64(parts[0]), (0...1_000_000).contains(whole), parts[0].allSatisfy(\.isNumber) else { return nil }
        let fraction = parts.count == 2 ? parts[1] : "0"
        guard (1...8).contains(fraction.count), fraction.allSatisfy({ $0.isASCII && $0.isNumber }), let digits = Int64(fraction) else { return nil }
        self.init(hundredMillionths: whole * 100_000_000 + (fraction.count..<8).reduce(digits) { amount, _ in amount * 10 })
    }

    package static func < (a: Self, b: Self) -> Bool { a.hundredMillionths < b.hundredMillionths }
    package static func + (a: Self, b: Self) -> Self { Self(hundredMillionths: a.hundredMillionths + b.hundredMillionths) }

    /// The amount in dollars, for display and protocols. Arithmetic uses the exact amount.
    package var dollars: Double { Double(hundredMillionths) / 100_000_000 }

    package var description: String {
        let digits = String(hundredMillionths % 100_000_000)
        return "\(hundredMillionths / 100_000_000)." + String(repeating: "0", count: 8 - digits.count) + digits
    }
}

import Store

extension USDollars {
    /// The amount for people, rounded to cents: `$0.00`, `<$0.01`, `$12.35`.
    var readable: String {
        let perCent: Int64 = 1_000_000
        let cents = (hundredMillionths + perCent / 2) / perCent
        guard cents > 0 || hundredMillionths == 0 else { return "<$0.01" }
        return "$\(cents / 100).\(cents % 100 < 10 ? "0" : "")\(cents % 100)"
    }
}

/// Positions as people read them.
enum TimeText {
    /// `01:23`, `1:02:03`.
    static func clock(_ seconds: Double) -> String {
        let whole = Int(max(0, seconds))
        let rest = two(whole / 60 % 60) + ":" + two(whole % 60)
        return whole < 3_600 ? rest : "\(whole / 3_600):" + rest
    }

    /// `01:23.4`, `1:02:03.4`: to the tenth, rounded.
    static func precise(_ seconds: Double) -> String {
        let tenths = Int((max(0, seconds) * 10).rounded())
        return clock(Double(tenths / 10)) + ".\(tenths % 10)"
    }

    private static func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}

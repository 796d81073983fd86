/// Positions in a form for people.
enum TimeText {
    /// Returns minutes and seconds, or hours too: `01:23`, `1:02:03`.
    static func clock(_ seconds: Double) -> String {
        let whole = Int(max(0, seconds))
        let rest = two(whole / 60 % 60) + ":" + two(whole % 60)
        return whole < 3_600 ? rest : "\(whole / 3_600):" + rest
    }

    /// Returns the position rounded to a tenth of a second: `01:23.4`, `1:02:03.4`.
    static func precise(_ seconds: Double) -> String {
        let tenths = Int((max(0, seconds) * 10).rounded())
        return clock(Double(tenths / 10)) + ".\(tenths % 10)"
    }

    private static func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}

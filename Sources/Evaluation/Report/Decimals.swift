/// The formats of figures in a report.
enum Decimals {
    static func four(_ value: Double) -> String { fixed(value, places: 4) }

    /// Returns the value with a fixed number of decimals.
    ///
    /// - Parameter places: number of decimals, 0…6.
    static func fixed(_ value: Double, places: Int) -> String {
        guard value.isFinite, value.magnitude < 1e12 else { return "–" }
        var scale = 1
        for _ in 0..<places { scale *= 10 }
        let units = Int((value.magnitude * Double(scale)).rounded())
        let sign = value < 0 && units > 0 ? "-" : ""
        guard places > 0 else { return sign + String(units) }
        let fraction = String(units % scale)
        return "\(sign)\(units / scale).\(String(repeating: "0", count: places - fraction.count))\(fraction)"
    }

    static func percent(_ share: Double?) -> String { share.map { fixed($0 * 100, places: 2) + " %" } ?? "–" }
}

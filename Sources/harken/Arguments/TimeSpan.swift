/// A time span as an option's value: `90m`, `12h`, `7d` or `8w`.
enum TimeSpan {
    private static let units: [Character: Int64] = ["m": 60, "h": 3_600, "d": 86_400, "w": 604_800]

    /// Reads a whole number with a unit; nil for any other text.
    static func parse(_ text: String) -> Duration? {
        guard let unit = text.last.flatMap({ units[$0] }), let count = Int64(text.dropLast()), (1...1_000_000).contains(count) else { return nil }
        return .seconds(count * unit)
    }
}

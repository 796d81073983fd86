extension Duration {
    /// The duration in seconds with three decimals, for the log.
    package var logged: String {
        let milliseconds = Int((self / .milliseconds(1)).rounded())
        let rest = String(milliseconds % 1_000)
        return "\(milliseconds / 1_000)." + String(repeating: "0", count: max(0, 3 - rest.count)) + rest
    }
}

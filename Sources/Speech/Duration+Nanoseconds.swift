extension Duration {
    /// The duration in whole nanoseconds. A duration that does not fit (beyond 292 years) becomes the nearest one that does.
    package var wholeNanoseconds: Int64 {
        let (seconds, attoseconds) = components
        let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        let (sum, more) = whole.addingReportingOverflow(attoseconds / 1_000_000_000)
        return overflow || more ? (seconds < 0 ? .min : .max) : sum
    }
}

/// The distribution of a value over many cases.
public struct Distribution: Sendable, Equatable {
    private let sorted: [Double]

    public init(_ values: some Sequence<Double>) { sorted = values.sorted() }

    public var count: Int { sorted.count }
    public var mean: Double? { sorted.isEmpty ? nil : sorted.reduce(0, +) / Double(sorted.count) }

    /// Returns a quantile; nil when there are no values.
    ///
    /// - Parameter share: the share of values at or below the quantile, 0…1; 0.5 is the median.
    public func quantile(_ share: Double) -> Double? {
        sorted.isEmpty ? nil : sorted[min(sorted.count - 1, max(0, Int((Double(sorted.count - 1) * share).rounded())))]
    }
}

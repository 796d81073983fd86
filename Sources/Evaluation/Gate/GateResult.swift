/// The comparison of one figure with its threshold.
public struct GateResult: Sendable, Equatable {
    public enum Severity: String, Sendable {
        case pass, warning, failure
    }

    public enum Threshold: Sendable, Equatable {
        case atMost(Double)
        case atLeast(Double)
        /// A figure that must be known. The text names it.
        case required(String)
    }

    public var metric: String
    public var severity: Severity
    public var group: GateGroup
    /// The figure; nil: it was not measured.
    public var value: Double?
    public var threshold: Threshold
    /// The result in words: `within threshold`, or the violation with four decimals.
    public var message: String

    /// - Parameter severity: severity of a violation. A figure that was not measured is no violation.
    init(_ metric: String, _ value: Double?, _ threshold: Threshold, else severity: Severity, _ group: GateGroup) {
        self.metric = metric
        self.value = value
        self.threshold = threshold
        self.group = group
        guard let value else {
            self.severity = .pass
            message = "not measured"
            return
        }
        let problem: String? =
            switch threshold {
            case .atMost(let limit) where value > limit: "\(Decimals.four(value)) exceeds \(Decimals.four(limit))"
            case .atLeast(let limit) where value < limit: "\(Decimals.four(value)) below \(Decimals.four(limit))"
            case .atMost, .atLeast, .required: nil
            }
        self.severity = problem == nil ? .pass : severity
        message = problem ?? "within threshold"
    }

    /// Makes the result for a required figure that is not known.
    init(missing metric: String, _ what: String, _ group: GateGroup) {
        self.metric = metric
        self.group = group
        severity = .warning
        value = nil
        threshold = .required(what)
        message = "\(what.replacing("_", with: " ")) is missing"
    }
}

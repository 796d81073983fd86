/// One figure against its threshold.
public struct GateResult: Sendable, Equatable {
    public enum Severity: String, Sendable {
        case pass, warning, failure
    }

    public enum Threshold: Sendable, Equatable {
        case atMost(Double)
        case atLeast(Double)
        /// Something must be known; the name of what.
        case required(String)
    }

    public var metric: String
    public var severity: Severity
    public var group: GateGroup
    /// nil: it was not measured.
    public var value: Double?
    public var threshold: Threshold
    /// `within threshold`, or what is wrong with four decimals.
    public var message: String

    /// - Parameter severity: when it is broken. What was not measured breaks nothing.
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
        let fault: String? =
            switch threshold {
            case .atMost(let limit) where value > limit: "\(Decimals.four(value)) exceeds \(Decimals.four(limit))"
            case .atLeast(let limit) where value < limit: "\(Decimals.four(value)) below \(Decimals.four(limit))"
            case .atMost, .atLeast, .required: nil
            }
        self.severity = fault == nil ? .pass : severity
        message = fault ?? "within threshold"
    }

    /// Something that must be known and is not.
    init(missing metric: String, _ what: String, _ group: GateGroup) {
        self.metric = metric
        self.group = group
        severity = .warning
        value = nil
        threshold = .required(what)
        message = "\(what.replacing("_", with: " ")) is missing"
    }
}

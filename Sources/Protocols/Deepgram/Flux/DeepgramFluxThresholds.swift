import Framing
package import Speech

/// Thresholds for the end of a turn. A nil value leaves the choice to the service.
package struct DeepgramFluxThresholds: Sendable, Equatable {
    /// `eot_threshold`.
    package var endOfTurn: Double?
    /// `eager_eot_threshold`; nil: no eager ends are sent.
    package var eager: Double?
    /// `eot_timeout_ms`, in milliseconds.
    package var timeout: Int?

    static let endOfTurns = 0.5...1.0
    static let eagers = 0.3...0.9
    static let timeouts = 500...60_000

    package init(endOfTurn: Double? = nil, eager: Double? = nil, timeout: Int? = nil) {
        self.endOfTurn = endOfTurn
        self.eager = eager
        self.timeout = timeout
    }

    package mutating func apply(_ change: DeepgramFluxThresholds) {
        endOfTurn = change.endOfTurn ?? endOfTurn
        eager = change.eager ?? eager
        timeout = change.timeout ?? timeout
    }

    /// `eot_timeout_ms` of a stream that does not name it, in milliseconds.
    static let standardTimeout = 5_000

    /// With a threshold of 1 the service ends no turn: the time-out does, or the client. An engine's own time-out would be an end by the service.
    package var turn: TurnRule {
        let timeout = timeout ?? (endOfTurn == 1 ? Self.standardTimeout : nil)
        return TurnRule(confidence: endOfTurn.map { Float($0) }, maximumSilence: timeout.map { .milliseconds($0) })
    }

    /// Description of the first invalid value; nil when all values are valid.
    var problem: String? {
        for (name, value, range) in [("eot_threshold", endOfTurn, Self.endOfTurns), ("eager_eot_threshold", eager, Self.eagers)] {
            if let value, !range.contains(value) { return "\(name) must be a number from \(range.lowerBound) to \(range.upperBound)." }
        }
        if let timeout, !Self.timeouts.contains(timeout) {
            return "eot_timeout_ms must be a whole number from \(Self.timeouts.lowerBound) to \(Self.timeouts.upperBound)."
        }
        if let eager, eager > endOfTurn ?? 0.7 { return "eager_eot_threshold must not be greater than eot_threshold." }
        return nil
    }

    func write(to json: inout JSONWriter) {
        json.beginObject()
        if let endOfTurn { json.member("eot_threshold", endOfTurn, decimals: 4) }
        if let eager { json.member("eager_eot_threshold", eager, decimals: 4) }
        if let timeout { json.member("eot_timeout_ms", timeout) }
        json.endObject()
    }
}

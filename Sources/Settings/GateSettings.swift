package import Continuity

/// Settings of the VAD gate, which keeps silence from engines on routes whose clients send audio all day.
package struct GateSettings: Sendable, Equatable {
    package enum Mode: String, Sendable, CaseIterable {
        case on
        case off
        /// The gate decides and counts; engines still get all audio.
        case shadow
    }

    package var mode: Mode
    package var rule: VADGate.Rule

    package init(_ settings: Settings) throws(ConfigurationError) {
        let name = settings["HARKEN_GATE"] ?? Mode.on.rawValue
        guard let mode = Mode(rawValue: name.lowercased()) else {
            throw ConfigurationError(
                "HARKEN_GATE", "\"\(name)\" is not a valid mode", accepted: Mode.allCases.map(\.rawValue).joined(separator: ", "))
        }
        self.mode = mode
        rule = VADGate.Rule()
        let threshold = settings["HARKEN_GATE_THRESHOLD"] ?? "0.65"
        guard let number = Float(threshold), (0.05...0.95).contains(number) else {
            throw ConfigurationError("HARKEN_GATE_THRESHOLD", "\"\(threshold)\" is not a valid threshold", accepted: "a number from 0.05 to 0.95")
        }
        rule.threshold = number
        let usual = rule.hangover
        rule.hangover = try settings.seconds("HARKEN_GATE_HANGOVER_SECONDS", in: 0.3...60, default: 4)
        // With a shorter hangover, speakers who pause to think could be cut off: the end-of-turn model decides if the turn is over, and after an
        // unfinished turn the usual silence applies.
        if rule.hangover < usual { rule.unfinished = usual }
    }
}

import Framing
import Speech

/// The changes of a `Configure` message on `WS /v2/listen`; a nil value keeps the present one.
package struct DeepgramFluxChange: Sendable, Equatable {
    package var thresholds: DeepgramFluxThresholds
    package var keyterms: [String]?
    /// `language_hints`; an empty list leaves the language to the model.
    package var hints: [String]?
    package var numerals: Bool?

    package init(
        _ thresholds: DeepgramFluxThresholds = DeepgramFluxThresholds(), keyterms: [String]? = nil, hints: [String]? = nil, numerals: Bool? = nil
    ) {
        self.thresholds = thresholds
        self.keyterms = keyterms
        self.hints = hints
        self.numerals = numerals
    }

    init(reading root: JSONView) throws(DeepgramConfigureError) {
        typealias Fields = DeepgramConfigureFields
        try Fields.check(root, "", known: ["type", "thresholds", "keyterms", "language_hints", "numerals"])
        let limits = root["thresholds"]
        try Fields.check(limits, "thresholds.", known: ["eot_threshold", "eager_eot_threshold", "eot_timeout_ms"])
        thresholds = DeepgramFluxThresholds(
            endOfTurn: try Fields.number(limits["eot_threshold"], "thresholds.eot_threshold"),
            eager: try Fields.number(limits["eager_eot_threshold"], "thresholds.eager_eot_threshold"),
            timeout: try Fields.whole(limits["eot_timeout_ms"], "thresholds.eot_timeout_ms"))
        keyterms = try Fields.strings(root["keyterms"], "keyterms")
        hints = try Fields.strings(root["language_hints"], "language_hints")
        numerals = try Fields.flag(root["numerals"], "numerals")
    }

    func writeMembers(to json: inout JSONWriter) {
        if thresholds != DeepgramFluxThresholds() {
            json.key("thresholds")
            thresholds.write(to: &json)
        }
        if let keyterms {
            json.key("keyterms")
            json.array(keyterms)
        }
        if let hints {
            json.key("language_hints")
            json.array(hints)
        }
        if let numerals { json.member("numerals", numerals) }
    }

    /// The change in the words of the opening, for Deepgram's own engine.
    var vendor: VendorChange {
        var options: [VendorOptions.Option] = [], replaced: Set<String> = []
        if let value = thresholds.endOfTurn { options.append(.init("eot_threshold", .text("\(value)"), aspect: .turn)) }
        if let value = thresholds.timeout { options.append(.init("eot_timeout_ms", .text("\(value)"), aspect: .turn)) }
        // The session has the terms themselves.
        if keyterms != nil { replaced.insert("keyterm") }
        if let hints {
            replaced.insert("language_hint")
            options += hints.map { .init("language_hint", .text($0), aspect: .language) }
        }
        if let numerals { options.append(.init("numerals", .text("\(numerals)"))) }
        var change = VendorChange(options, replacing: replaced)
        change.dropForeignLanguages(in: ["language_hint"])
        return change
    }
}

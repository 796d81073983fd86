import Framing

extension DeepgramClientMessage {
    /// Returns the `Configure` message that gives an open stream the settings of another query; nil: only a new stream can have them.
    ///
    /// The vendor changes key terms, with Nova-3 only, and numerals, nothing else. Older models have their terms in another parameter.
    ///
    /// Source: Deepgram "Configure", configurable fields.
    static func changing(_ old: URLQuery, to new: URLQuery) -> DeepgramClientMessage? {
        let names = new.names(differingFrom: old)
        guard names.isSubset(of: ["keyterm", "numerals"]) else { return nil }
        var numerals: Bool?
        if names.contains("numerals") {
            guard let flag = new.flag("numerals") else { return nil }
            numerals = flag
        }
        return .configure(keyterms: names.contains("keyterm") ? new.all("keyterm") : nil, numerals: numerals)
    }
}

extension DeepgramFluxChange {
    /// Makes the change that gives an open stream the settings of another query; nil: only a new stream can have them. A threshold that is no longer
    /// named is such a setting, because what a `Configure` message does not name stays.
    ///
    /// Source: Deepgram "Flux", Configure.
    init?(_ old: URLQuery, to new: URLQuery) {
        let names = new.names(differingFrom: old)
        guard names.isSubset(of: ["eot_threshold", "eot_timeout_ms", "keyterm", "language_hint", "numerals"]) else { return nil }
        self.init()
        if names.contains("eot_threshold") {
            guard let threshold = new.first("eot_threshold").flatMap({ Double($0) }) else { return nil }
            thresholds.endOfTurn = threshold
        }
        if names.contains("eot_timeout_ms") {
            guard let timeout = new.first("eot_timeout_ms").flatMap({ Int($0) }) else { return nil }
            thresholds.timeout = timeout
        }
        if names.contains("keyterm") { keyterms = new.all("keyterm") }
        if names.contains("language_hint") {
            guard new.first("model") == DeepgramFluxOptions.multilingual else { return nil }
            hints = new.all("language_hint")
        }
        if names.contains("numerals") {
            guard let flag = new.flag("numerals") else { return nil }
            numerals = flag
        }
    }
}

extension URLQuery {
    /// Returns the names of the parameters whose values are others than in `other`, or in another order.
    fileprivate func names(differingFrom other: URLQuery) -> Set<String> {
        Set((pairs + other.pairs).map(\.name)).filter { all($0) != other.all($0) }
    }

    /// Returns the value of a parameter that is `true` or `false`; nil: it is absent, repeated or something else.
    fileprivate func flag(_ name: String) -> Bool? {
        switch all(name) {
        case ["true"]: true
        case ["false"]: false
        default: nil
        }
    }
}

import Speech

/// The text of a part of a trace: equal values have equal texts. Sets and dictionaries have no order of their own.
enum TraceText {
    static func of(_ value: Any) -> String {
        guard let rule = value as? RedactionRule else { return "\(value)" }
        let kinds = rule.kinds.map(\.rawValue).sorted().joined(separator: " ")
        switch rule.form {
        case .hashes: return "\(kinds), hashes"
        case .labels(let names, let isNumbered):
            let labels = names.map { "\($0.key.rawValue)=\($0.value)" }.sorted().joined(separator: " ")
            return "\(kinds), labels \(labels) \(isNumbered)"
        }
    }
}

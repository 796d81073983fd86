internal import Framing

/// The header `X-Harken-Ignored`, which names the options of a request that have no effect.
package enum IgnoredOptions {
    package static let header = "X-Harken-Ignored"
    private static let maxNames = 100
    /// The beginning of the name of a key term for which the engine's vendor has no room.
    static let cutTerm = "keyterm="

    /// Returns the header's value; nil when there is nothing to name. Names come from clients: characters that a header must not have are escaped.
    package static func value(_ names: [String]) -> String? {
        guard !names.isEmpty else { return nil }
        return names.prefix(maxNames).map { PercentCoding.encode(String($0.prefix(100))) }.joined(separator: ", ")
    }

    /// Returns the text of a warning about one option.
    package static func warning(_ name: String) -> String {
        name.hasPrefix(cutTerm)
            ? "\(name.prefix(100)) is left out: the engine that serves this request takes at most \(DeepgramKeyterms.maxTokens) tokens of key terms."
            : "\(name.prefix(100)) is ignored: the engine that serves this request cannot do it."
    }
}

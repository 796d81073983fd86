internal import Framing

/// The header `X-Harken-Ignored`, which names the options of a request that have no effect.
package enum IgnoredOptions {
    package static let header = "X-Harken-Ignored"
    private static let maxNames = 100

    /// Returns the header's value; nil when there is nothing to name. Names come from clients: characters that a header must not have are escaped.
    package static func value(_ names: [String]) -> String? {
        guard !names.isEmpty else { return nil }
        return names.prefix(maxNames).map { PercentCoding.encode(String($0.prefix(100))) }.joined(separator: ", ")
    }

    /// Returns the text of a warning about one option.
    package static func warning(_ name: String) -> String {
        "\(name.prefix(100)) is ignored: the engine that serves this request cannot do it."
    }
}

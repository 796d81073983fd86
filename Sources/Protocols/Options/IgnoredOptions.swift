internal import Framing
internal import Speech

/// The header `X-Harken-Ignored`, which names the options of a request that have no effect.
package enum IgnoredOptions {
    package static let header = "X-Harken-Ignored"
    /// Maximum number of names, and of characters in a name, that a client is told.
    private static let maxNames = 100, maxCharacters = 100
    /// The beginning of the name of a key term for which the engine's vendor has no room.
    static let cutTerm = "keyterm="

    /// Returns the header's value; nil when there is nothing to name. Names come from clients: characters that a header must not have are escaped.
    package static func value(_ names: [String]) -> String? {
        names.isEmpty ? nil : told(names).map { PercentCoding.encode($0) }.joined(separator: ", ")
    }

    /// Returns the names as a message has them: each cut to the length that a client is told, and the first of many.
    static func told(_ names: [String]) -> [String] { names.prefix(maxNames).map { String($0.prefix(maxCharacters)) } }

    /// Returns each name once, in their order, and as many as a client is told.
    static func once(_ names: some Sequence<String>) -> [String] {
        var kept: [String] = []
        for name in names where !kept.contains(name) {
            kept.append(name)
            if kept.count == maxNames { break }
        }
        return kept
    }

    /// Returns the names of an object's members besides those in `known`, each once. A member that asks for nothing is left out.
    static func names(in object: borrowing JSONView, besides known: Set<String>) -> [String] {
        var names: [String] = []
        object.forEachMember { name, value in
            if !known.contains(name), !VendorOptions.Option.Value(value).isEmpty { names.append(name) }
        }
        return once(names)
    }

    /// Returns the text of a warning about one option.
    package static func warning(_ name: String) -> String {
        name.hasPrefix(cutTerm)
            ? "\(name.prefix(100)) is left out: the engine that serves this request takes at most \(DeepgramKeyterms.maxTokens) tokens of key terms."
            : "\(name.prefix(100)) is ignored: the engine that serves this request cannot do it."
    }
}

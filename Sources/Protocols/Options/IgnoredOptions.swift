internal import Framing
internal import Speech

/// The header `X-Harken-Ignored`, which names the options of a request that have no effect.
package enum IgnoredOptions {
    package static let header = "X-Harken-Ignored"
    /// The beginning of the name of a key term for which the engine's vendor has no room.
    static let cutTerm = "keyterm="
    /// The name by which a client that left the language to the engine is told that the engine does not find it.
    package static let foundLanguage = "language=auto"

    /// Returns the name of the client's option to which a told name belongs. A key term that is left out, and a language that is not found, belong to the
    /// protocol's options for these.
    static func option(of name: String, keyterms: String, language: String) -> String {
        if name == foundLanguage { return language }
        return name.hasPrefix(cutTerm) ? keyterms : name
    }

    /// Returns the header's value; nil when there is nothing to name. Names come from clients: characters that a header must not have are escaped.
    package static func value(_ names: [String]) -> String? {
        names.isEmpty ? nil : told(names).map { PercentCoding.encode($0) }.joined(separator: ", ")
    }

    /// Returns the names as a message has them: each once, in their order, cut to the size that a client is told, and the first of many.
    static func told(_ names: some Sequence<String>) -> [String] { ReportedNames(names).names }

    /// Returns the names of an object's members besides those in `known`, each once. A member that asks for nothing is left out.
    static func names(in object: borrowing JSONView, besides known: Set<String>) -> [String] {
        var names: [String] = []
        object.forEachMember { name, value in
            if !known.contains(name), !VendorOptions.Option.Value(value).isEmpty { names.append(name) }
        }
        return told(names)
    }

    /// Returns the text of a warning about one option.
    package static func warning(_ name: String) -> String {
        guard name != foundLanguage else {
            return "The language is not found: the engine that serves this request takes all speech for English. Name the language of other speech."
        }
        return name.hasPrefix(cutTerm)
            ? "\(ReportedNames.cut(name)) is left out: the engine that serves this request takes at most \(DeepgramKeyterms.maxTokens) tokens of key terms."
            : "\(ReportedNames.cut(name)) is ignored: the engine that serves this request cannot do it."
    }
}

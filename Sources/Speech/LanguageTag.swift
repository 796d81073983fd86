/// A language as BCP 47 writes it: `en`, `en-US`, `pt-BR`. Compared without regard to case.
package struct LanguageTag: Hashable, Sendable, CustomStringConvertible {
    package var rawValue: String

    package init(_ rawValue: String) { self.rawValue = rawValue }

    package static let english = LanguageTag("en")

    /// The part before the first `-` or `_`, in lower case: `en` of `en-US`.
    package var primary: String {
        rawValue.prefix { $0 != "-" && $0 != "_" }.lowercased()
    }

    package var description: String { rawValue }

    package static func == (a: Self, b: Self) -> Bool { a.rawValue.lowercased() == b.rawValue.lowercased() }
    package func hash(into hasher: inout Hasher) { hasher.combine(rawValue.lowercased()) }
}

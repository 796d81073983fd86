/// A language as BCP 47 writes it: `en`, `en-US`, `pt-BR`. Compared without regard to case.
public struct LanguageTag: Hashable, Sendable, CustomStringConvertible {
    public var rawValue: String

    public init(_ rawValue: String) { self.rawValue = rawValue }

    public static let english = LanguageTag("en")
    /// The tag of speech whose language is not known.
    public static let undetermined = LanguageTag("und")

    /// The part before the first `-` or `_`, in lower case: `en` of `en-US`.
    public var primary: String {
        rawValue.prefix { $0 != "-" && $0 != "_" }.lowercased()
    }

    public var description: String { rawValue }

    public static func == (a: Self, b: Self) -> Bool { a.rawValue.lowercased() == b.rawValue.lowercased() }
    public func hash(into hasher: inout Hasher) { hasher.combine(rawValue.lowercased()) }
}

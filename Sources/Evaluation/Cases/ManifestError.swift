/// Why a manifest of cases cannot be used.
public struct ManifestError: Error, Sendable, Equatable, CustomStringConvertible {
    /// One sentence: what is wrong, and where.
    public let description: String

    init(_ description: String) { self.description = description }
}

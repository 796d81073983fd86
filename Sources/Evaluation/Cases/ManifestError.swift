/// The reason why a manifest of cases cannot be used.
public struct ManifestError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The error and its place, in one sentence.
    public let description: String

    init(_ description: String) { self.description = description }
}

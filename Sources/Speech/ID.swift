/// An identifier that cannot be mistaken for another kind's: `ID<Session>`, `ID<AccessKey>`.
public struct ID<Of>: Hashable, Sendable, CustomStringConvertible {
    public var rawValue: String

    public init(_ rawValue: String) { self.rawValue = rawValue }

    public var description: String { rawValue }
}

/// Marks identifiers of one client's live audio.
public enum Session {}

/// Marks identifiers of someone whose audio and conversations belong together.
package enum User {}

extension ID where Of == User {
    /// Everyone who calls a gateway that has neither keys nor an identity provider, and whose data commands show unless they are told another.
    package static var local: Self { Self("local") }
}

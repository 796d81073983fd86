/// An identifier that the compiler keeps apart from other kinds of identifiers: `ID<Session>`, `ID<AccessKey>`.
public struct ID<Of>: Hashable, Sendable, CustomStringConvertible {
    public var rawValue: String

    public init(_ rawValue: String) { self.rawValue = rawValue }

    public var description: String { rawValue }
}

/// Marks identifiers of sessions: a session is one client's live audio.
public enum Session {}

/// Marks identifiers of users: all audio and conversations of a user belong together.
package enum User {}

extension ID where Of == User {
    /// The user of every caller of a gateway without keys and without an identity provider; also the default user of the data commands.
    package static var local: Self { Self("local") }
}

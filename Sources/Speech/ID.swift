/// An identifier that cannot be mistaken for another kind's: `ID<Session>`, `ID<AccessKey>`.
package struct ID<Of>: Hashable, Sendable, CustomStringConvertible {
    package var rawValue: String

    package init(_ rawValue: String) { self.rawValue = rawValue }

    package var description: String { rawValue }
}

/// Marks identifiers of one client's live audio.
package enum Session {}

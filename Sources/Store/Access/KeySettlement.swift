package import Speech

/// The audio that one key's sessions have spent since the last settlement.
package struct KeyDebit: Sendable, Equatable {
    package var key: ID<AccessKey>
    /// Of audio.
    package var microseconds: Int64

    package init(key: ID<AccessKey>, microseconds: Int64) {
        self.key = key
        self.microseconds = microseconds
    }
}

/// The state of a key after a settlement.
package struct KeyStanding: Sendable, Equatable {
    package var key: ID<AccessKey>
    /// False when the key is revoked, expired or not there.
    package var isValid: Bool
    /// Microseconds of audio that are left; nil when they are not counted.
    package var remaining: Int64?

    package init(key: ID<AccessKey>, isValid: Bool, remaining: Int64?) {
        self.key = key
        self.isValid = isValid
        self.remaining = remaining
    }
}

/// The outcome of a top-up.
package enum TopUp: Sendable, Equatable {
    /// So much audio is left now.
    case done(Duration)
    case noSuchKey
    /// The key's audio is not counted: more credit would be less.
    case notCounted
}

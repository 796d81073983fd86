package import Speech

/// The audio that one key's sessions have spent since the last settlement.
package struct KeyDebit: Sendable, Equatable {
    package var key: ID<AccessKey>
    /// Spent audio, in microseconds.
    package var microseconds: Int64

    package init(key: ID<AccessKey>, microseconds: Int64) {
        self.key = key
        self.microseconds = microseconds
    }
}

/// The state of a key after a settlement.
package struct KeyStanding: Sendable, Equatable {
    package var key: ID<AccessKey>
    /// False when the key is revoked, expired or not in the store.
    package var isValid: Bool
    /// Audio that the key may still spend, in microseconds; nil when the key's audio is not counted.
    package var remaining: Int64?
    /// Languages that speech may be in; empty when the key allows every language.
    package var languages: [LanguageTag]

    package init(key: ID<AccessKey>, isValid: Bool, remaining: Int64?, languages: [LanguageTag] = []) {
        self.key = key
        self.isValid = isValid
        self.remaining = remaining
        self.languages = languages
    }
}

/// The outcome of a top-up.
package enum TopUp: Sendable, Equatable {
    /// The key has received the credit, and may now spend this duration of audio.
    case done(Duration)
    case noSuchKey
    /// The key's audio is not counted. A credit would limit the key.
    case notCounted
}

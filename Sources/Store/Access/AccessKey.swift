package import Speech

/// The record of an access key. The key's text is not kept.
package struct AccessKey: Sendable, Equatable {
    /// Maximum credit of a key, in seconds: 31,000 years of audio, and still exact in microseconds.
    package static let maxCreditSeconds: Int64 = 1_000_000_000_000
    /// Maximum length of a key's text, in bytes. A longer text is not worth hashing.
    package static let maxTextLength = 256

    package var id: ID<AccessKey>
    /// The text's first characters, for people to tell keys apart.
    package var prefix: String
    package var name: String?
    package var user: ID<User>
    /// What the key may be used for; empty means everything.
    package var scopes: [String]
    package var created: UnixTime
    package var expires: UnixTime?
    package var revoked: UnixTime?
    /// Audio that is left to spend; nil when it is not counted.
    package var credit: Duration?
}

/// The properties of a key that is to be made.
package struct AccessKeyRequest: Sendable, Equatable {
    package var name: String?
    /// nil: a new user.
    package var user: ID<User>?
    package var scopes: [String]
    package var expires: UnixTime?
    /// Seconds of audio that the key may spend, at most `AccessKey.maxCreditSeconds`; nil: they are not counted.
    package var creditSeconds: Int64?

    package init(
        name: String? = nil, user: ID<User>? = nil, scopes: [String] = [], expires: UnixTime? = nil, creditSeconds: Int64? = nil
    ) {
        self.name = name
        self.user = user
        self.scopes = scopes
        self.expires = expires
        self.creditSeconds = creditSeconds
    }
}

/// A key that has just been made. Its text is in nothing else.
package struct CreatedAccessKey: Sendable {
    package var key: AccessKey
    package var text: String
}

/// The verdict on a key that a client shows.
package enum KeyVerdict: Sendable, Equatable {
    case valid(AccessGrant)
    case unknown
    case revoked
    case expired
}

/// The rights of a valid key.
package struct AccessGrant: Sendable, Equatable {
    package var key: ID<AccessKey>
    package var user: ID<User>
    /// Empty means everything.
    package var scopes: [String]
    /// Audio that is left to spend, as the store knows it; nil when it is not counted.
    package var credit: Duration?

    package init(key: ID<AccessKey>, user: ID<User>, scopes: [String], credit: Duration?) {
        self.key = key
        self.user = user
        self.scopes = scopes
        self.credit = credit
    }
}

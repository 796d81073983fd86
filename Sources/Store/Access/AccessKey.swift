package import Speech

/// The record of an access key. The key's text is not kept.
package struct AccessKey: Sendable, Equatable {
    /// Maximum credit of a key, in seconds: 31,000 years of audio, and still exact in microseconds.
    package static let maxCreditSeconds: Int64 = 1_000_000_000_000
    /// Maximum length of a key's text, in bytes. A longer text is not worth hashing.
    package static let maxTextLength = 256

    package var id: ID<AccessKey>
    /// First characters of the key's text, by which people tell keys apart.
    package var prefix: String
    package var name: String?
    package var user: ID<User>
    /// Scopes that the key is limited to; empty when the key may be used for everything.
    package var scopes: [String]
    /// Languages that speech may be in; empty when the key allows every language.
    package var languages: [LanguageTag]
    package var created: UnixTime
    package var expires: UnixTime?
    package var revoked: UnixTime?
    /// Audio that the key may still spend; nil when the key's audio is not counted.
    package var credit: Duration?

    package init(
        id: ID<AccessKey>, prefix: String, name: String?, user: ID<User>, scopes: [String], languages: [LanguageTag] = [], created: UnixTime,
        expires: UnixTime? = nil, revoked: UnixTime? = nil, credit: Duration? = nil
    ) {
        self.id = id
        self.prefix = prefix
        self.name = name
        self.user = user
        self.scopes = scopes
        self.languages = languages
        self.created = created
        self.expires = expires
        self.revoked = revoked
        self.credit = credit
    }
}

/// The properties of a key to be made.
package struct AccessKeyRequest: Sendable, Equatable {
    package var name: String?
    /// User of the key; nil to make a new user.
    package var user: ID<User>?
    package var scopes: [String]
    /// Languages that speech may be in; empty when the key allows every language.
    package var languages: [LanguageTag]
    package var expires: UnixTime?
    /// Seconds of audio that the key may spend, at most `AccessKey.maxCreditSeconds`; nil when the key's audio is not counted.
    package var creditSeconds: Int64?

    package init(
        name: String? = nil, user: ID<User>? = nil, scopes: [String] = [], languages: [LanguageTag] = [], expires: UnixTime? = nil,
        creditSeconds: Int64? = nil
    ) {
        self.name = name
        self.user = user
        self.scopes = scopes
        self.languages = languages
        self.expires = expires
        self.creditSeconds = creditSeconds
    }
}

/// A key that has just been made. The key's text is kept nowhere else.
package struct CreatedAccessKey: Sendable {
    package var key: AccessKey
    package var text: String

    package init(key: AccessKey, text: String) {
        self.key = key
        self.text = text
    }
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
    /// Scopes that the grant is limited to; empty when the grant allows everything.
    package var scopes: [String]
    /// Languages that speech may be in; empty when the grant allows every language.
    package var languages: [LanguageTag]
    /// Audio that the key may still spend, as the store knows it; nil when the key's audio is not counted.
    package var credit: Duration?

    package init(key: ID<AccessKey>, user: ID<User>, scopes: [String], languages: [LanguageTag] = [], credit: Duration?) {
        self.key = key
        self.user = user
        self.scopes = scopes
        self.languages = languages
        self.credit = credit
    }
}

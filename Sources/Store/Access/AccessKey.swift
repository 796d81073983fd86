package import Speech

/// What is kept of an access key. Its text is not.
package struct AccessKey: Sendable, Equatable {
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

/// What a new key shall be.
package struct AccessKeyRequest: Sendable, Equatable {
    package var name: String?
    /// nil: a new user.
    package var user: ID<User>?
    package var scopes: [String]
    package var expires: UnixTime?
    /// Seconds of audio that the key may spend, at most `AccessKeys.maxCreditSeconds`; nil: they are not counted.
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

/// A key that has just been made: the only time that its text is to be had.
package struct CreatedAccessKey: Sendable {
    package var key: AccessKey
    package var text: String
}

/// What a presented key is worth.
package enum KeyVerdict: Sendable, Equatable {
    case valid(AccessGrant)
    case unknown
    case revoked
    case expired
    /// The store could not be asked, so nobody is let in.
    case unavailable(StoreError)
}

/// What a valid key allows.
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

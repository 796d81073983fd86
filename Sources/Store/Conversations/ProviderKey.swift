package import Speech

/// That a user works with a key of their own at a vendor. The key is not kept: a fingerprint tells whether one that comes later is the same.
package struct ProviderKey: Sendable, Equatable {
    package var provider: EngineName
    package var fingerprint: String
    package var created: UnixTime

    package init(provider: EngineName, fingerprint: String, created: UnixTime) {
        self.provider = provider
        self.fingerprint = fingerprint
        self.created = created
    }
}

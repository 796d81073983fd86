package import Speech

/// The record that a user uses their own key at a vendor. The key is not kept: its fingerprint tells whether a key that comes later is the same.
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

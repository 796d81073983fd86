package import Speech

/// The store of users' settings and enrolled vendor keys. The rules of `ConversationStore` hold.
package protocol UserSettingsStore: Sendable {
    func settings(of user: ID<User>) async throws(StoreError) -> [String: String]

    /// - Parameter value: nil: as if it had never been set.
    func set(_ name: String, to value: String?, of user: ID<User>) async throws(StoreError)

    /// Users with a value of this setting, in no order. For work that goes through all of them.
    func users(with setting: String) async throws(StoreError) -> [ID<User>]

    /// In order of their names.
    func providerKeys(of user: ID<User>) async throws(StoreError) -> [ProviderKey]

    func set(_ key: ProviderKey, of user: ID<User>) async throws(StoreError)

    func removeProviderKey(_ provider: EngineName, of user: ID<User>) async throws(StoreError) -> Bool
}

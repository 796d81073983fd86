package import Speech

/// The store of users' settings and enrolled vendor keys. The rules of `ConversationStore` hold.
package protocol UserSettingsStore: Sendable {
    /// Returns the user's settings by name.
    func settings(of user: ID<User>) async throws(StoreError) -> [String: String]

    /// Sets a setting.
    ///
    /// - Parameter value: the new value; nil to remove the setting.
    func set(_ name: String, to value: String?, of user: ID<User>) async throws(StoreError)

    /// Returns the users who have set this setting, in no order.
    func users(with setting: String) async throws(StoreError) -> [ID<User>]

    /// Returns the user's enrolled keys in order of the vendors' names.
    func providerKeys(of user: ID<User>) async throws(StoreError) -> [ProviderKey]

    /// Enrols a key in place of the user's key for the vendor.
    func set(_ key: ProviderKey, of user: ID<User>) async throws(StoreError)

    /// Removes the user's key for a vendor.
    ///
    /// - Returns: false when the user has no key for the vendor.
    func removeProviderKey(_ provider: EngineName, of user: ID<User>) async throws(StoreError) -> Bool
}

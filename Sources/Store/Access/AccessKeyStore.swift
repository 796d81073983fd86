package import Speech

/// The store of an installation's access keys, as the gateway reads it. No method blocks its caller's thread.
///
/// A key that another process has made or revoked counts in the next answer.
package protocol AccessKeyStore: Sendable {
    /// Returns true until the first key is made. Revoked and expired keys count: taking the last key back must not open the gateway to everyone.
    func isEmpty() async throws(StoreError) -> Bool

    /// Returns the verdict on a key's text as a client sent it.
    func verify(_ presented: String) async throws(StoreError) -> KeyVerdict

    /// Returns the verdict on a key whose text was verified before: for callers who hold something that stands in for the key.
    func standing(of key: ID<AccessKey>) async throws(StoreError) -> KeyVerdict

    /// Takes spent audio off the keys' credit, never below zero, and returns the standings of the keys: all in one transaction.
    func settle(_ debits: [KeyDebit]) async throws(StoreError) -> [KeyStanding]
}

/// The store of an installation's access keys, as the operator's commands change it.
package protocol AccessKeyAdministration: AccessKeyStore {
    func create(_ request: AccessKeyRequest) async throws(StoreError) -> CreatedAccessKey

    /// Returns all keys, the oldest first, revoked ones too.
    func list() async throws(StoreError) -> [AccessKey]

    /// Takes a key back. Revoking a key again changes nothing.
    ///
    /// - Returns: false when there is no such key.
    func revoke(_ key: ID<AccessKey>) async throws(StoreError) -> Bool

    /// Gives a key more audio to spend.
    ///
    /// - Parameter seconds: 1 or more; audio beyond `AccessKey.maxCreditSeconds` is not given.
    func topUp(_ key: ID<AccessKey>, seconds: Int64) async throws(StoreError) -> TopUp

    /// Makes the changes durable where a crash or a lost log cannot undo them.
    ///
    /// - Throws: `busy` when another process reads for so long; the changes are made all the same.
    func bringToFile() async throws(StoreError)
}

package import Speech

/// The store of an installation's access keys, as the gateway reads it. No method blocks its caller's thread.
///
/// A key that another process has made or revoked counts in the next answer.
package protocol AccessKeyStore: EndedLoginStore {
    /// Returns true until the first key is made. Revoked and expired keys count as keys: revoking the last key must not open the gateway to everyone.
    func isEmpty() async throws(StoreError) -> Bool

    /// Returns the verdict on a key's text as a client sent it.
    func verify(_ presented: String) async throws(StoreError) -> KeyVerdict

    /// Returns the verdict on a key whose text was verified before. Callers that hold a temporary token in place of the key's text use this function.
    func standing(of key: ID<AccessKey>) async throws(StoreError) -> KeyVerdict

    /// Deducts spent audio from the keys' credit, never below zero, and returns the standings of the keys. All changes are made in one transaction.
    func settle(_ debits: [KeyDebit]) async throws(StoreError) -> [KeyStanding]
}

/// The store of an installation's access keys, as the operator's commands change it.
package protocol AccessKeyAdministration: AccessKeyStore {
    /// Forgets ended logins that have expired at this time. The time is one by which data may be deleted: a login that was ended while the clock was wrong
    /// stays ended.
    func forgetLogins(expiredAt time: UnixTime) async throws(StoreError)

    func create(_ request: AccessKeyRequest) async throws(StoreError) -> CreatedAccessKey

    /// Returns all keys, the oldest first, revoked ones too.
    func list() async throws(StoreError) -> [AccessKey]

    /// Revokes a key. Revoking a key again changes nothing.
    ///
    /// - Returns: false when there is no such key.
    func revoke(_ key: ID<AccessKey>) async throws(StoreError) -> Bool

    /// Gives a key more audio to spend.
    ///
    /// - Parameter seconds: 1 or more; audio beyond `AccessKey.maxCreditSeconds` is not given.
    func topUp(_ key: ID<AccessKey>, seconds: Int64) async throws(StoreError) -> TopUp

    /// Makes the changes durable, so that neither a crash nor a lost log can undo them.
    ///
    /// - Throws: `busy` when another process does not stop reading in time; the changes are made nevertheless.
    func bringToFile() async throws(StoreError)
}

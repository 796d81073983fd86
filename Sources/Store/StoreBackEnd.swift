package import Speech

/// A back end: the maker of an installation's stores.
package protocol StoreBackEnd: Sendable {
    /// - Parameter now: the time of day, to judge expiry by.
    func keys(hashing: any KeyHashing, now: @escaping @Sendable () -> UnixTime) throws(StoreError) -> any AccessKeyAdministration

    var usage: any UsageStore { get }

    /// - Parameter now: the time of day, for how long a conversation has had its status.
    func conversations(now: @escaping @Sendable () -> UnixTime) -> any ConversationStores

    /// Makes all stores but the keys.
    ///
    /// - Parameter now: the time of day, for how long a conversation has had its status.
    func stores(now: @escaping @Sendable () -> UnixTime) -> Stores

    /// Brings all changes to where a copy of the back end's files has them, for the end of a process.
    ///
    /// - Throws: `busy` when another process reads for so long; nothing is lost then.
    func settle() async throws(StoreError)
}

package import Speech

/// A back end: makes the stores of an installation.
package protocol StoreBackEnd: Sendable {
    /// Makes the store of access keys.
    ///
    /// - Parameter now: returns the time of day, for the keys' expiry.
    func keys(hashing: any KeyHashing, now: @escaping @Sendable () -> UnixTime) throws(StoreError) -> any AccessKeyAdministration

    var usage: any UsageStore { get }

    /// The state of the database: usable, or the reason why it is not.
    var health: StoreHealth { get }

    /// The stores of blobs.
    var blobs: Blobs { get }

    /// Makes the stores of conversations.
    ///
    /// - Parameters:
    ///   - zones: the time zones in which users name days and hours.
    ///   - now: returns the time of day, from which the store tells for how long a conversation has had its status.
    func conversations(zones: TimeZones, now: @escaping @Sendable () -> UnixTime) -> any ConversationStores

    /// Makes all stores except the store of access keys.
    ///
    /// - Parameters:
    ///   - zones: the time zones in which users name days and hours.
    ///   - now: returns the time of day, from which the store tells for how long a conversation has had its status.
    func stores(zones: TimeZones, now: @escaping @Sendable () -> UnixTime) -> Stores

    /// Writes all changes into the back end's files, so that a copy of the files has them. Called at the end of a process.
    ///
    /// - Throws: `busy` when another process does not stop reading in time; nothing is lost then.
    func settle() async throws(StoreError)
}

extension StoreBackEnd {
    /// Makes the stores of conversations for code that edits no conversation, so that no appointment is looked for.
    package func conversations(now: @escaping @Sendable () -> UnixTime) -> any ConversationStores { conversations(zones: TimeZones(), now: now) }

    /// Makes all stores except the store of access keys, for code that edits no conversation.
    package func stores(now: @escaping @Sendable () -> UnixTime) -> Stores { stores(zones: TimeZones(), now: now) }
}

import Speech
import Store

/// The keys and the usage of an installation, in the data directory of this machine or behind a gateway's API.
protocol InstallationData: Sendable {
    /// Returns whether deleted data has left the disk, or what keeps it there. In a data directory, erases what is deleted, or leaves that to the
    /// gateway that runs on it.
    func erasureState() async throws -> ErasureWait.End

    func keys() async throws -> [AccessKey]
    func create(_ request: AccessKeyRequest) async throws -> CreatedAccessKey

    /// Returns false when there is no such key.
    func revoke(_ key: ID<AccessKey>) async throws -> Bool
    func topUp(_ key: ID<AccessKey>, seconds: Int64) async throws -> TopUp

    /// Returns all users with the amount of what is stored of them, in the order of their names.
    func users() async throws -> [StoredUser]

    /// Deletes a user with everything that is stored of them, and returns when it is removed. Returns false when there is nothing of the user.
    func delete(_ user: ID<User>) async throws -> Bool

    /// Returns the deletions of users that have begun and not ended.
    func deletions() async throws -> [PendingUserDeletion]

    /// Returns the usage of all users, or behind a gateway the usage of the key's user.
    ///
    /// - Parameter ofAllUsers: true for the usage of all users behind a gateway too; the key needs the scope `admin`.
    func usage(_ query: UsageQuery, ofAllUsers: Bool) async throws -> [UsageRow]
}

/// An access key or a user that does not exist.
struct NoKey: Error, CustomStringConvertible {
    let description: String
}

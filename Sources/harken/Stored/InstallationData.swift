import Speech
import Store

/// The keys and the usage of an installation, in the data directory of this machine or behind a gateway's API.
protocol InstallationData: Sendable {
    func keys() async throws -> [AccessKey]
    func create(_ request: AccessKeyRequest) async throws -> CreatedAccessKey

    /// Returns false when there is no such key.
    func revoke(_ key: ID<AccessKey>) async throws -> Bool
    func topUp(_ key: ID<AccessKey>, seconds: Int64) async throws -> TopUp

    /// Returns the usage of all users, or behind a gateway the usage of the key's user.
    func usage(_ query: UsageQuery) async throws -> [UsageRow]
}

/// An access key that does not exist.
struct NoKey: Error, CustomStringConvertible {
    let description: String
}

package import Speech

/// The register of uploads: recordings that users have sent and nobody has taken away yet. The files are elsewhere.
package protocol UploadStore: Sendable {
    /// - Parameters:
    ///   - most: bytes that all uploads together may have.
    ///   - userMost: bytes that one user's uploads may have; nil: no limit of their own.
    func add(_ upload: Upload, most: Int, userMost: Int?) async throws(StoreError) -> Upload.Addition

    /// Returns true if the user has uploaded something of this name.
    func has(_ id: ID<Upload>, of user: ID<User>) async throws(StoreError) -> Bool

    /// Takes away a user's upload, unless a job waits for it.
    ///
    /// - Returns: true if the file is to be deleted.
    func remove(_ id: ID<Upload>, of user: ID<User>) async throws(StoreError) -> Bool

    /// Takes away uploads that are older than `time` and that no job waits for.
    func expire(before time: UnixTime) async throws(StoreError)

    /// Returns the names of all uploads.
    func all() async throws(StoreError) -> Set<String>
}

package import Speech

/// The register of uploads: recordings that users have sent and that were not removed yet. The files are elsewhere.
package protocol UploadStore: Sendable {
    /// Adds an upload.
    ///
    /// - Parameters:
    ///   - most: maximum size of all uploads together, in bytes.
    ///   - userMost: maximum size of one user's uploads, in bytes; nil when users have no limit of their own.
    func add(_ upload: Upload, most: Int, userMost: Int?) async throws(StoreError) -> Upload.Addition

    /// Returns true if the user has an upload with this id.
    func has(_ id: ID<Upload>, of user: ID<User>) async throws(StoreError) -> Bool

    /// Removes a user's upload, unless a job waits for it.
    ///
    /// - Returns: true if the caller must delete the file.
    func remove(_ id: ID<Upload>, of user: ID<User>) async throws(StoreError) -> Bool

    /// Removes uploads that are older than `time` and that no job waits for.
    func expire(before time: UnixTime) async throws(StoreError)

    /// Returns the names of all uploads.
    func all() async throws(StoreError) -> Set<String>
}

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

    /// Removes uploads that are too old and that no job waits for.
    ///
    /// - Parameters:
    ///   - time: the time before which uploads are too old that their users cannot list.
    ///   - files: the time before which files are too old.
    /// - Returns: the ids of the files among the removed uploads.
    @discardableResult
    func expire(before time: UnixTime, files: UnixTime) async throws(StoreError) -> Set<String>

    // MARK: Files

    /// Returns a user's file; nil when the user has no file with this id.
    func file(_ id: ID<Upload>, of user: ID<User>) async throws(StoreError) -> Upload?

    /// Returns a page of a user's files, the newest first.
    ///
    /// - Parameter after: the place behind which the page begins, whether or not its file still exists; nil: the page has the newest file.
    func files(of user: ID<User>, limit: Int, after: Upload.Place?) async throws(StoreError) -> [Upload]

    /// Returns the number of a user's files.
    func countFiles(of user: ID<User>) async throws(StoreError) -> Int

    /// Returns the names of all uploads.
    func all() async throws(StoreError) -> Set<String>
}

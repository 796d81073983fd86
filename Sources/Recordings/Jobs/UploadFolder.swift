package import Observability
package import Protocols
package import Speech
package import Store

/// Recordings that were sent to be recognised later. The files have names that cannot be guessed; the store knows their owners.
package final class UploadFolder: Sendable {
    /// Default of the maximum length of a recording in bytes: that of AssemblyAI's `POST /v2/upload`.
    package static let maxByteCount = 2_200_000_000
    /// Time for which an upload is kept when no job waits for the upload.
    package static let lifetime: Duration = .seconds(86_400)
    /// Time for which a file is kept that its user can list, and does not delete.
    ///
    /// Source: Soniox's Python SDK, "File": files are deleted 30 days after the upload.
    package static let fileLifetime: Duration = .seconds(30 * 86_400)

    private let blobs: any BlobStore
    private let uploads: any UploadStore
    /// Maximum number of bytes of all files.
    private let most: Int
    private let log: Log
    /// Maximum number of bytes of one user's files; nil: only the total is limited.
    private let userMost: Int?

    package init(in blobs: any BlobStore, uploads: any UploadStore, most: Int, userMost: Int? = nil, log: Log) {
        self.userMost = userMost
        self.blobs = blobs
        self.uploads = uploads
        self.most = most
        self.log = log
    }

    /// Takes a file over from the spool. When this returns, the file survives a power cut.
    ///
    /// - Parameters:
    ///   - fileName: the name of a file that the user can list; nil: only the upload's address names it.
    ///   - reference: the client's own name for such a file; nil: none.
    /// - Returns: false when the user has as many files as one user may have; an upload that is no file is always kept.
    @discardableResult
    package func keep(
        _ file: SpooledFile, id: String, user: ID<User>, now: UnixTime, fileName: String? = nil, reference: String? = nil
    ) async throws(RequestError) -> Bool {
        guard let name = BlobName(id) else { throw .internalError }
        let upload = Upload(id: ID(id), user: user, byteCount: file.byteCount, created: now, name: fileName, reference: reference)
        let userMost = user == .local ? nil : userMost
        // Files stay for weeks: half of the room is left to uploads that a job takes soon.
        let most = fileName == nil ? most : most / 2
        let room = try await RequestError.orStored { () throws(StoreError) in try await uploads.add(upload, most: most, userMost: userMost) }
        switch room {
        case .added: break
        case .tooManyFiles: return false
        case .full where fileName != nil: throw .unavailable("The gateway has no disk space for more files; delete files, or try again later.")
        case .userFull where fileName != nil: throw .unavailable("Your files and uploads take all the disk space of one user; delete files.")
        case .full: throw .unavailable("The gateway has no disk space for more uploads; try again when some are done.")
        case .userFull: throw .unavailable("Your uploads take all the disk space of one user; try again when some are done.")
        }
        // The release of the spooled file would remove the file.
        defer { withExtendedLifetime(file) {} }
        do throws(StoreError) { try await blobs.put(file.path, as: name) } catch {
            log.error("an upload cannot be kept", [.path: blobs.location, .error: "\(error)"])
            // A row that stays is removed with those that are too old.
            _ = try? await uploads.remove(ID(id), of: user)
            throw .unavailable("The gateway cannot keep the upload now; try again later.")
        }
        return true
    }

    /// Returns true if the user has an upload with this id, and the file is there. A file that the user can list is no such upload.
    package func has(_ id: String, of user: ID<User>) async throws(RequestError) -> Bool {
        try await RequestError.orStored { () throws(StoreError) in
            guard let name = BlobName(id), try await uploads.has(ID(id), of: user), try await uploads.file(ID(id), of: user) == nil else {
                return false
            }
            return try await blobs.find(name) != nil
        }
    }

    /// Returns a user's upload; nil when the user has no upload with this id.
    package func find(_ id: String, of user: ID<User>) async throws(RequestError) -> BlobFile? {
        try await RequestError.orStored { () throws(StoreError) in
            guard let name = BlobName(id), try await uploads.has(ID(id), of: user) else { return nil }
            return try await blobs.file(of: name)
        }
    }

    /// Removes a user's upload, unless a job waits for it.
    package func remove(_ id: String, of user: ID<User>) async {
        do throws(StoreError) { _ = try await removed(id, of: user) } catch {
            // The clean-up removes the upload when it is too old.
            log.warning("an upload could not be deleted; it is tried again", [.path: "\(blobs.location)/\(id)", .error: "\(error)"])
        }
    }

    private func removed(_ id: String, of user: ID<User>) async throws(StoreError) -> Bool {
        guard let name = BlobName(id), try await uploads.remove(ID(id), of: user) else { return false }
        try await blobs.delete(name)
        return true
    }

    // MARK: Files that their users can list

    /// Returns a user's file; nil when the user has no file with this id.
    package func file(_ id: String, of user: ID<User>) async throws(RequestError) -> Upload? {
        try await RequestError.orStored { () throws(StoreError) in try await uploads.file(ID(id), of: user) }
    }

    /// Returns a page of a user's files, the newest first.
    ///
    /// - Parameter after: the place behind which the page begins; nil: the page has the newest file.
    package func files(of user: ID<User>, limit: Int, after: Upload.Place?) async throws(RequestError) -> [Upload] {
        try await RequestError.orStored { () throws(StoreError) in try await uploads.files(of: user, limit: limit, after: after) }
    }

    package func countFiles(of user: ID<User>) async throws(RequestError) -> Int {
        try await RequestError.orStored { () throws(StoreError) in try await uploads.countFiles(of: user) }
    }

    /// Deletes a user's file for a caller that is told whether it is gone.
    ///
    /// - Returns: false when the file stays because a job waits for it, or when it was gone before.
    package func delete(_ id: String, of user: ID<User>) async throws(RequestError) -> Bool {
        try await RequestError.orStored { () throws(StoreError) in try await removed(id, of: user) }
    }

    /// Removes uploads that are too old, and files that the store does not know.
    package func sweep(now: UnixTime) async {
        do throws(StoreError) {
            let files = try await uploads.expire(before: now + (.zero - Self.lifetime), files: now + (.zero - Self.fileLifetime))
            // The order matters: the store knows each upload before its file is kept.
            let kept = try await blobs.all()
            let known = try await uploads.all()
            let removed = kept.filter { !known.contains($0.name.text) }
            guard !removed.isEmpty else { return }
            try await blobs.delete(removed.map(\.name))
            report("uploads that nobody asks for any more are deleted", removed.filter { !files.contains($0.name.text) }, Self.lifetime)
            report("files that their users can list are deleted", removed.filter { files.contains($0.name.text) }, Self.fileLifetime)
        } catch {
            log.warning("old uploads could not be deleted; it is tried again", [.path: blobs.location, .error: "\(error)"])
        }
    }

    private func report(_ message: StaticString, _ removed: [StoredBlob], _ lifetime: Duration) {
        guard !removed.isEmpty else { return }
        let byteCount = removed.reduce(0) { $0 + $1.byteCount }
        log.info(
            message, [.count: "\(removed.count)", .bytes: "\(byteCount)", .days: "\(lifetime.components.seconds / 86_400)"])
    }
}

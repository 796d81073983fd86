internal import Foundation
internal import Glibc
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

    private let directory: String
    private let uploads: any UploadStore
    /// Maximum number of bytes of all files.
    private let most: Int
    private let log: Log
    /// Maximum number of bytes of one user's files; nil: only the total is limited.
    private let userMost: Int?

    package init(directory: String, uploads: any UploadStore, most: Int, userMost: Int? = nil, log: Log) throws {
        self.userMost = userMost
        self.directory = directory
        self.uploads = uploads
        self.most = most
        self.log = log
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    }

    /// Takes a file over from the spool. When this returns, the file survives a restart.
    package func keep(_ file: SpooledFile, id: String, user: ID<User>, now: UnixTime) async throws(RequestError) {
        let upload = Upload(id: ID(id), user: user, byteCount: file.byteCount, created: now)
        let userMost = user == .local ? nil : userMost
        let room = try await RequestError.orStored { () throws(StoreError) in try await uploads.add(upload, most: most, userMost: userMost) }
        switch room {
        case .added: break
        case .full: throw .unavailable("The gateway has no disk space for more uploads; try again when some are done.")
        case .userFull: throw .unavailable("Your uploads take all the disk space of one user; try again when some are done.")
        }
        guard rename(file.path, path(of: id)) == 0 else {
            _ = try await RequestError.orStored { () throws(StoreError) in try await uploads.remove(ID(id), of: user) }
            throw .internalError
        }
    }

    /// Returns the path of a user's upload; nil when the user has no upload with this id.
    package func find(_ id: String, of user: ID<User>) async throws(RequestError) -> String? {
        let isThere = try await RequestError.orStored { () throws(StoreError) in try await uploads.has(ID(id), of: user) }
        return isThere && access(path(of: id), R_OK) == 0 ? path(of: id) : nil
    }

    /// Removes a user's upload, unless a job waits for it.
    package func remove(_ id: String, of user: ID<User>) async {
        do throws(StoreError) {
            if try await uploads.remove(ID(id), of: user) { unlink(path(of: id)) }
        } catch {
            // The clean-up removes the upload when it is too old.
            log.warning("an upload could not be deleted; it is tried again", [.path: path(of: id), .error: "\(error)"])
        }
    }

    /// Removes uploads that are too old, and files that the store does not know.
    package func sweep(now: UnixTime) async {
        do {
            try await uploads.expire(before: now + (.zero - Self.lifetime))
            // The order matters: the store knows each upload before its file is in the folder.
            let files = try FileManager.default.contentsOfDirectory(atPath: directory)
            let known = try await uploads.all()
            for name in files where !known.contains(name) { unlink(path(of: name)) }
        } catch {
            log.warning("old uploads could not be deleted; it is tried again", [.path: directory, .error: "\(error)"])
        }
    }

    private func path(of id: String) -> String { directory + "/" + id }
}

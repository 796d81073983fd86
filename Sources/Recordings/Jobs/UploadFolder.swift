internal import Foundation
internal import Glibc
package import Observability
package import Protocols
package import Speech
package import Store

/// Recordings that were sent to be recognised later: files whose names cannot be guessed, and in the store whose they are.
package final class UploadFolder: Sendable {
    /// Bytes of a recording, unless the operator says otherwise: as AssemblyAI's `POST /v2/upload`.
    package static let maxByteCount = 2_200_000_000
    /// Time for which an upload is kept when no job waits for the upload.
    package static let lifetime: Duration = .seconds(86_400)

    private let directory: String
    private let uploads: Uploads
    /// Bytes of all files.
    private let most: Int
    private let log: Log
    /// Bytes of one user's files; nil: as many as there is room for.
    private let userMost: Int?

    package init(directory: String, uploads: Uploads, most: Int, userMost: Int? = nil, log: Log) throws {
        self.userMost = userMost
        self.directory = directory
        self.uploads = uploads
        self.most = most
        self.log = log
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    }

    /// Takes a file over from the spool. When this returns it is there also after a restart.
    package func keep(_ file: SpooledFile, id: String, user: ID<User>, now: UnixTime) async throws(RefusalCause) {
        let upload = Upload(id: ID(id), user: user, byteCount: file.byteCount, created: now)
        let userMost = user == .local ? nil : userMost
        let room = try await RefusalCause.orStored { () throws(StoreError) in try await uploads.add(upload, most: most, userMost: userMost) }
        switch room {
        case .added: break
        case .full: throw .unavailable("The gateway has no room for more uploads; try again when some were worked on.")
        case .userFull: throw .unavailable("Your uploads take all the disk that one user may have; try again when some were worked on.")
        }
        guard rename(file.path, path(of: id)) == 0 else {
            _ = try await RefusalCause.orStored { () throws(StoreError) in try await uploads.remove(ID(id), of: user) }
            throw .internalFault
        }
    }

    /// The file of a user's upload; nil when the user has none of this name.
    package func find(_ id: String, of user: ID<User>) async throws(RefusalCause) -> String? {
        let isThere = try await RefusalCause.orStored { () throws(StoreError) in try await uploads.has(ID(id), of: user) }
        return isThere && access(path(of: id), R_OK) == 0 ? path(of: id) : nil
    }

    /// Takes a user's upload away, unless a job waits for it.
    package func remove(_ id: String, of user: ID<User>) async {
        do throws(StoreError) {
            if try await uploads.remove(ID(id), of: user) { unlink(path(of: id)) }
        } catch {
            // It goes when it is too old.
            log.warning("an upload is not deleted yet", [.path: path(of: id), .error: "\(error)"])
        }
    }

    /// Takes away what is too old, and files that nobody knows of.
    package func sweep(now: UnixTime) async {
        do {
            try await uploads.expire(before: now + (.zero - Self.lifetime))
            // In this order: a file is known before it is here.
            let files = try FileManager.default.contentsOfDirectory(atPath: directory)
            let known = try await uploads.all()
            for name in files where !known.contains(name) { unlink(path(of: name)) }
        } catch {
            log.warning("uploads that are too old are not deleted yet", [.path: directory, .error: "\(error)"])
        }
    }

    private func path(of id: String) -> String { directory + "/" + id }
}

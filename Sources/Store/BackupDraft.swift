internal import FoundationEssentials
internal import Glibc

/// The folder in which a backup copies an installation's data before the archive is complete. It has all that was stored when the backup began, so a backup
/// that was killed must not keep what is deleted later.
package struct BackupDraft: ~Copyable {
    /// The folder's path.
    package let path: String
    private let descriptor: Int32

    /// Makes the folder, empty, and keeps other backups out of it until the value is destroyed, which deletes the folder.
    ///
    /// - Returns: nil while another backup is at work.
    package init?(in directory: DataDirectory) throws(StoreError) {
        try self.init(claiming: Self.path(in: directory), made: true)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
        close(descriptor)
    }

    private static func path(in directory: DataDirectory) -> String { directory.path + "/.backup.draft" }

    private init?(claiming path: String, made: Bool) throws(StoreError) {
        if made { guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw .failure(path) } }
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard descriptor >= 0 else {
            if !made, errno == ENOENT { return nil }
            throw .failure(path)
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(descriptor)
            return nil
        }
        self.path = path
        self.descriptor = descriptor
        for name in (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? [] {
            try? FileManager.default.removeItem(atPath: path + "/" + name)
        }
    }

    /// Deletes the folder of a backup that was killed; leaves that of one that is at work.
    ///
    /// - Returns: true if there was one.
    @discardableResult package static func removeAbandoned(in directory: DataDirectory) throws(StoreError) -> Bool {
        guard let draft = try BackupDraft(claiming: path(in: directory), made: false) else { return false }
        let path = draft.path
        _ = consume draft
        guard access(path, F_OK) != 0 else { throw .notUsable(path: path, reason: "a backup that was killed has left it, and it cannot be deleted") }
        try PrivateFile.syncFolder(of: path)
        return true
    }
}

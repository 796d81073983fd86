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
        delete()
        // A child process that was forked a moment ago may have the folder open too: closing alone would leave it the lock.
        flock(descriptor, LOCK_UN)
        close(descriptor)
    }

    private static func path(in directory: DataDirectory) -> String { directory.path + "/.backup.draft" }

    private init?(claiming path: String, made: Bool) throws(StoreError) {
        guard let descriptor = try Self.claim(path, made: made) else { return nil }
        guard !made || Self.empty(path) else {
            flock(descriptor, LOCK_UN)
            close(descriptor)
            throw .notUsable(path: path, reason: "a backup that was killed has left files in it, which cannot be deleted")
        }
        self.path = path
        self.descriptor = descriptor
    }

    /// Deletes what a killed backup has left in the folder: it would become part of the next backup, with what was deleted since.
    ///
    /// - Returns: false if a part is left, or the folder cannot be read.
    private static func empty(_ path: String) -> Bool {
        do {
            for name in try FileManager.default.contentsOfDirectory(atPath: path) { try FileManager.default.removeItem(atPath: path + "/" + name) }
            return true
        } catch {
            return false
        }
    }

    /// Maximum number of further tries, a millisecond apart, after another process has taken the folder that this one has made.
    private static let maxRetryCount = 5_000

    /// Opens the folder and locks it.
    ///
    /// - Returns: the folder's descriptor; nil while another backup is at work, and when the folder neither exists nor is to be made.
    private static func claim(_ path: String, made: Bool) throws(StoreError) -> Int32? {
        var retriesLeft: Int?
        while true {
            var isNew = false
            if made {
                isNew = mkdir(path, 0o700) == 0
                guard isNew || errno == EEXIST else { throw .failure(path) }
            }
            let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
            guard descriptor >= 0 else {
                // Another process may have deleted the folder since it was made or found.
                guard errno == ENOENT else { throw .failure(path) }
                if made { continue }
                return nil
            }
            // The gateway's user deletes what a killed backup has left, also when root made the backup.
            if made { DirectoryOwner(besideFile: path)?.give(descriptor) }
            guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
                close(descriptor)
                // `removeAbandoned` takes a new folder that is not locked yet for one that a killed backup has left, and deletes it within moments.
                if isNew, retriesLeft == nil { retriesLeft = maxRetryCount }
                guard let left = retriesLeft, left > 0 else { return nil }
                retriesLeft = left - 1
                usleep(1_000)
                continue
            }
            if isNamed(path, descriptor) { return descriptor }
            close(descriptor)
        }
    }

    /// Returns true if a path leads to an open folder. Before the folder was locked, another process may have deleted it, and made one of the same name.
    static func isNamed(_ path: String, _ descriptor: Int32) -> Bool {
        var held = stat(), named = stat()
        return fstat(descriptor, &held) == 0 && lstat(path, &named) == 0 && held.st_ino == named.st_ino && held.st_dev == named.st_dev
    }

    /// Deletes the folder; leaves another one, which another backup has made since this one was deleted.
    ///
    /// - Returns: false if a part is left.
    @discardableResult private func delete() -> Bool {
        guard Self.isNamed(path, descriptor) else { return true }
        try? FileManager.default.removeItem(atPath: path)
        return !Self.isNamed(path, descriptor)
    }

    /// Deletes the folder of a backup that was killed; leaves that of one that is at work.
    ///
    /// - Returns: true if there was one.
    @discardableResult package static func removeAbandoned(in directory: DataDirectory) throws(StoreError) -> Bool {
        guard let draft = try BackupDraft(claiming: path(in: directory), made: false) else { return false }
        guard draft.delete() else {
            throw .notUsable(path: draft.path, reason: "a backup that was killed has left it, and it cannot be deleted")
        }
        try PrivateFile.syncFolder(of: draft.path)
        return true
    }
}

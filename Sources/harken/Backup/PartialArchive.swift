import Framing
import Glibc
import Net

/// The file that a backup, or an export, writes before the archive is complete: `FILE.partial` next to the archive. It is deleted with the value, unless
/// it was put in place.
struct PartialArchive: ~Copyable {
    /// The file's path.
    let path: String
    private let archive: String
    private let descriptor: Int32
    private var isInPlace = false

    /// Makes the file, empty, and keeps other commands out of it until the value is destroyed. The remains of a killed command are written over.
    ///
    /// - Parameter folder: name of the archive's folder, with which every archive of this kind begins.
    /// - Throws: `ArchiveError` while another command writes the file, when the file is somebody's own, and when there is an archive already.
    init(of archive: String, folder: String = BackupFolder.name) throws {
        let path = archive + ".partial"
        descriptor = try Self.claim(path, of: archive, folder)
        self.path = path
        self.archive = archive
    }

    deinit {
        if !isInPlace { unlink(path) }
        closeLocked(descriptor)
    }

    private static func claim(_ path: String, of archive: String, _ folder: String) throws -> Int32 {
        while true {
            // Not for writing only, because the beginning is read.
            let descriptor = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o600)
            guard descriptor >= 0 else { throw FileTreeError("write", path) }
            do {
                if try settle(descriptor, path, of: archive, folder) { return descriptor }
            } catch {
                closeLocked(descriptor)
                throw error
            }
            closeLocked(descriptor)
        }
    }

    /// Locks an opened file and empties it.
    ///
    /// - Returns: false when the path leads to another file now: the file that was opened is to be left alone, because another command has put it
    ///   in place, or has deleted it.
    static func settle(_ descriptor: Int32, _ path: String, of archive: String, _ folder: String = BackupFolder.name) throws -> Bool {
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            throw ArchiveError("another command writes \(path); give another name, or try again when it has ended")
        }
        guard let opened = FileIdentity(descriptor: descriptor), opened == FileIdentity(path: path) else { return false }
        guard isRest(descriptor, of: folder) else {
            throw ArchiveError("\(path) is not what a command that was ended has left; move the file away, or give another name")
        }
        guard access(archive, F_OK) != 0 else {
            unlink(path)
            throw ArchiveError("\(archive) exists; give another name, or delete the file")
        }
        guard fchmod(descriptor, 0o600) == 0, ftruncate(descriptor, 0) == 0 else { throw FileTreeError("write", path) }
        return true
    }

    /// Returns true if an open file is empty, or begins as an archive with this folder does.
    private static func isRest(_ descriptor: Int32, of folder: String) -> Bool {
        let signature = Array((folder + "/").utf8)
        var information = stat()
        guard fstat(descriptor, &information) == 0, information.st_mode & S_IFMT == S_IFREG else { return false }
        // Enough for the first bytes of a compressed archive, which follow after tables of the compression.
        var bytes = [UInt8](repeating: 0, count: 4_096)
        let count = pread(descriptor, &bytes, bytes.count, 0)
        guard count >= 0 else { return false }
        bytes.removeSubrange(count...)
        let beginning = bytes.isEmpty ? [] : Gzip.beginning(of: bytes, limit: signature.count) ?? bytes
        return signature.starts(with: beginning.prefix(signature.count))
    }

    /// Gives the complete file the archive's name. The archive survives a power cut once this returns.
    ///
    /// - Throws: `ArchiveError` when there is a file of that name by now.
    mutating func putInPlace() throws {
        guard fsync(descriptor) == 0 else { throw FileTreeError("write", path) }
        // Two names for a moment: `rename` would replace a file that has come meanwhile. Some file systems have no second names.
        if link(path, archive) == 0 {
            unlink(path)
        } else if errno == EEXIST {
            throw ArchiveError("\(archive) exists; give another name, or delete the file")
        } else if rename(path, archive) != 0 {
            throw FileTreeError("write", archive)
        }
        isInPlace = true
        try FileTree.syncFolder(of: archive)
    }
}

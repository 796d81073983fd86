internal import Glibc

/// Room on the disk that is kept for deletions: a file that is deleted when the disk is full. A database writes before it has less, so without such room
/// nobody could delete to make room.
struct DiskReserve: Sendable {
    /// Size of the file: the log of several parts of a large deletion.
    private static let size = 32 << 20
    /// Free space from which the file is made, so that it is not what fills the disk.
    private static let standardPlenty = 1 << 30

    private let folder: String
    private let plenty: Int
    private var path: String { folder + "/harken.reserve" }

    init(in directory: DataDirectory, plenty: Int = Self.standardPlenty) {
        folder = directory.path
        self.plenty = plenty
    }

    /// Makes the file if the disk has plenty of space. A disk that cannot keep it is used without. Blocks while a file system without `fallocate`
    /// writes the file's blocks.
    func keep() {
        guard let space = DiskSpace(of: folder), space.free >= plenty else { return }
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        if posix_fallocate(descriptor, 0, off_t(Self.size)) != 0 { unlink(path) }
    }

    /// Deletes the file.
    ///
    /// - Returns: false when there was none.
    func giveUp() -> Bool { unlink(path) == 0 }
}

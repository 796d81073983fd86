internal import Glibc

/// Room on the disk that is kept for deletions: a file that is deleted when the disk is full. A database writes before it has less, so without such room
/// nobody could delete to make room.
struct DiskReserve: Sendable {
    /// Size of the file in bytes: the log of several parts of a large deletion.
    static let size = 32 << 20

    private let folder: String
    private let space: @Sendable (String) -> DiskSpace?
    private var path: String { folder + "/harken.reserve" }

    /// - Parameter space: returns the space of a folder's file system; nil: unknown.
    init(in directory: DataDirectory, space: @escaping @Sendable (String) -> DiskSpace? = { DiskSpace(of: $0) }) {
        folder = directory.path
        self.space = space
    }

    /// Returns the free bytes from which the file is made, so that it is not what fills the disk: a twentieth of the file system, at most 1 GiB. A small
    /// file system has three times the file left.
    static func plenty(of space: DiskSpace) -> Int { max(4 * size, min(1 << 30, space.total / 20)) }

    /// Makes the file if the disk has plenty of space. A disk that cannot keep it is used without. Blocks while a file system without `fallocate`
    /// writes the file's blocks.
    func keep() {
        guard let space = space(folder), space.free >= Self.plenty(of: space) else { return }
        let descriptor = DirectoryOwner.openFile(path, O_WRONLY | O_EXCL)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        if posix_fallocate(descriptor, 0, off_t(Self.size)) != 0 { unlink(path) }
    }

    /// Deletes the file.
    ///
    /// - Returns: false when there was none.
    func giveUp() -> Bool { unlink(path) == 0 }
}

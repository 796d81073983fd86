internal import Glibc
internal import Synchronization

/// The limit on audio on the disk, over all recordings of a folder.
final class SpoolBudget: Sendable {
    /// Free space, in bytes, that is left on the disk for other programs and for the logs of recordings.
    private static let reserve = 64 << 20

    private let limit: Int
    private let folder: String
    private let used = Mutex(0)

    /// - Parameter limit: maximum number of bytes of audio.
    init(limit: Int, folder: String) {
        self.limit = limit
        self.folder = folder
    }

    func add(_ bytes: Int) { used.withLock { $0 += bytes } }

    func release(_ bytes: Int) { used.withLock { $0 = max(0, $0 - bytes) } }

    var byteCount: Int { used.withLock { $0 } }

    /// Returns true if this number of bytes may be written.
    func hasRoom(for bytes: Int) -> Bool {
        guard byteCount + bytes <= limit else { return false }
        var status = statvfs()
        guard statvfs(folder, &status) == 0 else { return true }
        return Int(status.f_bavail) * Int(status.f_frsize) >= Self.reserve + bytes
    }
}

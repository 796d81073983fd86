import Glibc

/// The bytes that this installation's key hashes are made with: without them, a copy of the database says nothing about the keys.
struct InstallationSecret: Sendable {
    static let byteCount = 32

    let bytes: [UInt8]

    /// Reads the secret of `directory`; makes it, readable for its owner only, unless it is there.
    ///
    /// - Parameter mayCreate: false when hashes exist that a new secret could not check.
    init(of directory: DataDirectory, mayCreate: Bool, random: (Int) throws(StoreError) -> [UInt8]) throws(StoreError) {
        let path = directory.secret
        bytes = try directory.withSetUpLock { () throws(StoreError) in
            if let found = try Self.read(path) { return found }
            guard mayCreate else { throw .secretMissing(path: path) }
            let made = try random(Self.byteCount)
            try Self.write(made, to: path)
            return made
        }
    }

    private static func read(_ path: String) throws(StoreError) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw .notUsable(path: path, reason: DataDirectory.reason(errno))
        }
        defer { close(descriptor) }
        // A copy that was restored with wider permissions is narrowed again.
        fchmod(descriptor, 0o600)
        var bytes = [UInt8](repeating: 0, count: byteCount + 1)
        let count = Glibc.read(descriptor, &bytes, bytes.count)
        guard count == byteCount else { throw .corrupt(path: path, detail: "it must hold \(byteCount) bytes") }
        bytes.removeLast()
        return bytes
    }

    /// Writes beside and renames, so that no half-written secret is ever found.
    private static func write(_ bytes: [UInt8], to path: String) throws(StoreError) {
        let draft = path + ".new"
        let descriptor = open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failure(path) }
        defer { close(descriptor) }
        fchmod(descriptor, 0o600)
        guard Glibc.write(descriptor, bytes, bytes.count) == bytes.count, fsync(descriptor) == 0, rename(draft, path) == 0 else {
            let failure = failure(path)
            unlink(draft)
            throw failure
        }
    }

    private static func failure(_ path: String) -> StoreError {
        errno == ENOSPC ? .diskFull(path: path) : .notUsable(path: path, reason: DataDirectory.reason(errno))
    }
}

internal import Glibc

/// A file in the spool; deleted with its last reference.
final class SpooledFile: Sendable {
    let path: String
    let byteCount: Int
    /// SHA-256 of the content, lower-case hexadecimal.
    let digest: String

    init(path: String, byteCount: Int, digest: String) {
        self.path = path
        self.byteCount = byteCount
        self.digest = digest
    }

    deinit { unlink(path) }
}

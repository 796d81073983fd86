internal import Framing
internal import Dispatch
internal import Glibc
internal import Net
package import Protocols
package import Speech

/// A file in the spool. The release of the last reference deletes the file.
package final class SpooledFile: Sendable {
    package let path: String
    package let byteCount: Int
    /// SHA-256 of the content, in lower-case hexadecimal.
    package let digest: String
    /// The disk space that the file holds; nil: the file is not in any account.
    private let hold: DiskHold?

    package init(path: String, byteCount: Int, digest: String, hold: DiskHold? = nil) {
        self.hold = hold
        self.path = path
        self.byteCount = byteCount
        self.digest = digest
    }

    /// Takes over a file in the spool that was written elsewhere.
    package convenience init(hashing path: String, spool: Spool, hold: DiskHold? = nil) async throws(RequestError) {
        let hashed: (Int, String)? = await withCheckedContinuation { continuation in
            spool.queue.async { continuation.resume(returning: Self.hash(path)) }
        }
        guard let (byteCount, digest) = hashed else { throw .internalError }
        self.init(path: path, byteCount: byteCount, digest: digest, hold: hold)
    }

    /// Writes bytes from memory to a new file in the spool. The file is not in any account: a form's limits bound its size.
    package convenience init(writing bytes: [UInt8], id: String, to spool: Spool) async throws(RequestError) {
        let path = spool.path(for: id)
        let isWritten: Bool = await withCheckedContinuation { continuation in
            spool.queue.async { continuation.resume(returning: Self.write(bytes, to: path)) }
        }
        guard isWritten else { throw .unavailable("The gateway's disk is full.") }
        self.init(path: path, byteCount: bytes.count, digest: "")
    }

    private static func write(_ bytes: [UInt8], to path: String) -> Bool {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        do throws(SystemError) {
            try writeAll(bytes.span.bytes, to: descriptor)
            return true
        } catch {
            unlink(path)
            return false
        }
    }

    /// Returns the file as a recording, which is identified by its content.
    package func recording(_ format: AudioFormat = .container) -> Recording {
        var recording = Recording(path: path, format: format)
        recording.digest = digest.isEmpty ? nil : digest
        return recording
    }

    deinit { Self.discard(path) }

    package static func discard(_ path: String) { unlink(path) }

    private static func hash(_ path: String) -> (Int, String)? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var digest = SHA256()
        var total = 0
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = buffer.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { return nil }
            if count == 0 { return (total, digest.finish().hexadecimal) }
            digest.update(buffer.span.bytes.extracting(first: count))
            total += count
        }
    }
}

internal import Dispatch
internal import Glibc

/// A local file for the content of a blob that is not stored yet. The release of the last reference removes the file, unless the file was put.
package final class BlobDraft: Sendable {
    package let path: String
    private let queue: DispatchQueue

    /// - Parameter queue: queue for reading and writing the file.
    init(path: String, on queue: DispatchQueue) {
        self.path = path
        self.queue = queue
    }

    deinit { unlink(path) }

    /// Writes bytes at an offset, and cuts off what the file has behind the offset.
    package func write(_ bytes: [UInt8], at offset: Int) async throws(StoreError) {
        try await queue.work { [self] () throws(StoreError) in
            let descriptor = open(path, O_WRONLY | O_CLOEXEC)
            guard descriptor >= 0 else { throw .failure(path) }
            defer { close(descriptor) }
            guard ftruncate(descriptor, off_t(offset)) == 0, lseek(descriptor, 0, SEEK_END) == off_t(offset),
                PrivateFile.writeAll(bytes, to: descriptor)
            else { throw .failure(path) }
        }
    }

    /// Returns the file's first bytes.
    ///
    /// - Throws: `notUsable` when the file has fewer bytes than `count`.
    package func read(_ count: Int) async throws(StoreError) -> [UInt8] {
        try await queue.work { [self] () throws(StoreError) in
            let bytes = try PrivateFile.read(path, limit: count) ?? []
            guard bytes.count == count else { throw .notUsable(path: path, reason: "the file is shorter than the data written to it") }
            return bytes
        }
    }
}

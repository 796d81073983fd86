internal import Dispatch
internal import Glibc

/// Reads a file of a folder of blobs. The file is open meanwhile, so its content stays when its name is deleted or replaced.
actor FolderBlobReader: BlobReader {
    private static let piece = 1 << 18

    nonisolated let byteCount: Int
    private let file: OpenFile
    private let queue: DispatchQueue
    private var offset: Int
    private let end: Int

    /// A file descriptor that is closed on release.
    private final class OpenFile: Sendable {
        let descriptor: Int32
        let path: String

        init(_ descriptor: Int32, path: String) {
            self.descriptor = descriptor
            self.path = path
        }

        deinit { close(descriptor) }
    }

    /// - Parameters:
    ///   - descriptor: the open file, which the reader closes.
    ///   - range: bytes that the file has.
    init(_ descriptor: Int32, path: String, _ range: Range<Int>, on queue: DispatchQueue) {
        file = OpenFile(descriptor, path: path)
        self.queue = queue
        offset = range.lowerBound
        end = range.upperBound
        byteCount = range.count
    }

    func next() async throws(StoreError) -> [UInt8]? {
        let count = min(Self.piece, end - offset)
        guard count > 0 else { return nil }
        let piece = try await queue.work { [file, offset] () throws(StoreError) in try Self.read(file, offset, count) }
        guard !piece.isEmpty else { throw .notUsable(path: file.path, reason: "the file has become shorter") }
        offset += piece.count
        return piece
    }

    private static func read(_ file: OpenFile, _ offset: Int, _ count: Int) throws(StoreError) -> [UInt8] {
        while true {
            var result = 0
            let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
                result = pread(file.descriptor, buffer.baseAddress, count, off_t(offset))
                filled = max(0, result)
            }
            if result >= 0 { return bytes }
            guard errno == EINTR else { throw .failure(file.path) }
        }
    }
}

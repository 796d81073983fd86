import Glibc

/// An archive of `harken export` to import.
struct ImportSource: Equatable {
    let path: String
    /// Size in bytes.
    let byteCount: Int

    /// Size of the head of an entry in a tar archive.
    private static let headSize = 512
    private static let signature = Array("ustar".utf8)
    private static let signaturePlace = 257

    /// Looks into a file.
    ///
    /// - Throws: `ArchiveError` when the file cannot be read, or is not such an archive.
    init(_ path: String) throws {
        if let problem = FileIdentity.problem(path: path) { throw ArchiveError("\(path): \(problem)") }
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileTreeError("read", path) }
        defer { close(descriptor) }
        var information = stat()
        var head = [UInt8](repeating: 0, count: Self.headSize)
        var count = 0
        repeat { count = read(descriptor, &head, head.count) } while count < 0 && errno == EINTR
        guard fstat(descriptor, &information) == 0, count >= 0 else { throw FileTreeError("read", path) }
        guard count == head.count, head[Self.signaturePlace...].starts(with: Self.signature) else {
            throw ArchiveError("\(path) is not an archive of harken export; decompress it first if it is compressed")
        }
        (self.path, byteCount) = (path, Int(information.st_size))
    }
}

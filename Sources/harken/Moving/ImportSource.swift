import Glibc
import Speech

/// A file to import: an archive of `harken export`, or a recording.
struct ImportSource: Equatable {
    enum Content: Equatable { case archive, recording }

    let path: String
    let content: Content
    /// Size in bytes.
    let byteCount: Int
    /// Time of the last change, which counts as a recording's end.
    let modified: UnixTime

    /// The file's name, without its folder.
    var name: String { path.split(separator: "/").last.map(String.init) ?? path }

    /// Size of the head of an entry in a tar archive.
    private static let headSize = 512
    private static let signature = Array("ustar".utf8)
    private static let signaturePlace = 257
    /// Suffixes of files that no decoder of recordings reads, but that people make of archives.
    private static let packed = ["tar", "tgz", "gz", "bz2", "xz", "zst", "zip"]
    /// Suffixes of recordings. In a folder, other files are left out.
    private static let recordings: Set<String> = [
        "3gp", "aac", "ac3", "aif", "aiff", "amr", "ape", "au", "avi", "caf", "flac", "flv", "m4a", "m4b", "m4v", "mka", "mkv", "mov", "mp2", "mp3",
        "mp4", "mpeg", "mpg", "mts", "oga", "ogg", "ogv", "opus", "ra", "ts", "tta", "wav", "webm", "wma", "wmv", "wv",
    ]

    /// Looks into a file.
    ///
    /// - Throws: `ArchiveError` when the file cannot be read, or is an archive that `harken export` did not make.
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
        let isArchive = count == head.count && head[Self.signaturePlace...].starts(with: Self.signature)
        guard isArchive || !Self.packed.contains(Self.suffix(of: path)) else {
            throw ArchiveError("\(path) is not an archive of harken export; decompress it first if it is compressed")
        }
        (self.path, byteCount) = (path, Int(information.st_size))
        content = isArchive ? .archive : .recording
        modified = UnixTime(milliseconds: Int64(information.st_mtim.tv_sec) * 1_000 + Int64(information.st_mtim.tv_nsec) / 1_000_000)
    }

    private static func suffix(of path: String) -> String {
        let name = path.split(separator: "/").last ?? ""
        return name.lastIndex(of: ".").map { name[name.index(after: $0)...].lowercased() } ?? ""
    }

    /// Returns the files that an operand names: the file, or the recordings in a folder and in the folders below it, sorted.
    static func files(of operand: String) -> [String] {
        var information = stat()
        guard stat(operand, &information) == 0, information.st_mode & S_IFMT == S_IFDIR else { return [operand] }
        var folder = operand
        while folder.count > 1, folder.hasSuffix("/") { folder.removeLast() }
        return FileTree.files(below: folder).filter { !$0.hasPrefix(".") && !$0.contains("/.") && recordings.contains(suffix(of: $0)) }
            .map { (folder == "/" ? "" : folder) + "/" + $0 }
    }
}

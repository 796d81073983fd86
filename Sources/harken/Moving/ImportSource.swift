import Audio
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

    /// Looks into a file.
    ///
    /// - Throws: `ArchiveError` when the file cannot be read, or only once, or is an archive that `harken export` did not make.
    init(_ path: String) throws {
        if let problem = FileIdentity.problem(path: path, again: true) { throw ArchiveError("\(path): \(problem)") }
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileTreeError("read", path) }
        defer { close(descriptor) }
        var information = stat()
        var head = [UInt8](repeating: 0, count: Self.headSize)
        var count = 0
        repeat { count = read(descriptor, &head, head.count) } while count < 0 && errno == EINTR
        guard fstat(descriptor, &information) == 0, count >= 0 else { throw FileTreeError("read", path) }
        let isArchive = count == head.count && head[Self.signaturePlace...].starts(with: Self.signature)
        guard isArchive || !(RecordingSuffix.suffix(of: path).map { Self.packed.contains($0) } ?? false) else {
            throw ArchiveError("\(path) is not an archive of harken export; decompress it first if it is compressed")
        }
        (self.path, byteCount) = (path, Int(information.st_size))
        content = isArchive ? .archive : .recording
        modified = UnixTime(milliseconds: Int64(information.st_mtim.tv_sec) * 1_000 + Int64(information.st_mtim.tv_nsec) / 1_000_000)
    }

    /// The files that operands name, sorted for each operand.
    struct Named: Equatable {
        /// Files that are imported: those that operands name, and the recordings in folders and in the folders below them. A link to a file is that file.
        var chosen: [String] = []
        /// Other files in the folders, links to folders, and names that are not UTF-8. Hidden files are in neither list.
        var others: [String] = []

        /// The line about the files that are left out; nil when there are none.
        var note: String? {
            guard !others.isEmpty else { return nil }
            let names = others.prefix(3).map { TerminalText.safe($0) }.joined(separator: ", ") + (others.count > 3 ? " …" : "")
            return others.count == 1 ? "1 file is not a recording: \(names)" : "\(others.count) files are not recordings: \(names)"
        }
    }

    /// Returns the files that operands name: the file, or the recordings in a folder.
    static func files(of operands: [String]) -> Named {
        var named = Named()
        for operand in operands {
            var information = stat()
            guard stat(operand, &information) == 0, information.st_mode & S_IFMT == S_IFDIR else {
                named.chosen.append(operand)
                continue
            }
            var folder = operand
            while folder.count > 1, folder.hasSuffix("/") { folder.removeLast() }
            // The folder itself may be a link.
            for file in FileTree.entries(below: folder + "/.") where !file.hasPrefix(".") && !file.contains("/.") {
                let path = (folder == "/" ? "" : folder) + "/" + file
                let isFile = stat(path, &information) == 0 && information.st_mode & S_IFMT == S_IFREG
                if isFile, RecordingSuffix.isRecording(file) { named.chosen.append(path) } else { named.others.append(path) }
            }
        }
        return named
    }
}

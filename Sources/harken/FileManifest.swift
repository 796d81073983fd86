import Framing
import Glibc

/// A list of the files below a folder, with sizes and checksums.
struct FileManifest {
    struct File {
        /// The path below the folder.
        var path: String
        var size: Int
        /// The SHA-256 digest, in hexadecimal digits.
        var digest: String
    }

    let files: [File]
    /// Beginning of the paths of files that need not exist; nil: all files must exist.
    var optional: String?

    /// Makes the list of all files below a folder.
    ///
    /// - Parameter report: called with the number of bytes of each piece that was read.
    init(of folder: String, report: (Int) -> Void = { _ in }) throws(FileTreeError) {
        var files: [File] = []
        for path in FileTree.files(below: folder) {
            var information = stat()
            guard stat(folder + "/" + path, &information) == 0 else { throw FileTreeError("read", folder + "/" + path) }
            files.append(File(path: path, size: information.st_size, digest: try FileDigest.sha256(folder + "/" + path, report: report)))
        }
        self.files = files
    }

    /// Reads a list as `write` makes it; nil when it is not sound.
    init?(_ view: JSONView) {
        var files: [File] = []
        var isSound = view.isObject
        view.forEachMember { path, value in
            guard let size = value["bytes"].int, let digest = value["sha256"].string, TarArchive.isInside(path) else {
                isSound = false
                return
            }
            files.append(File(path: path, size: size, digest: digest.lowercased()))
        }
        guard isSound else { return nil }
        self.files = files.sorted { $0.path < $1.path }
    }

    /// Number of bytes of all files together.
    var byteCount: Int { files.reduce(0) { $0 + $1.size } }

    /// Writes the list as an object: path to `bytes` and `sha256`.
    func write(to json: inout JSONWriter) {
        json.beginObject()
        for file in files {
            json.key(escaping: file.path)
            json.beginObject()
            json.member("bytes", file.size)
            json.member("sha256", file.digest)
            json.endObject()
        }
        json.endObject()
    }

    /// Returns what is wrong with a file, in words; nil when nothing is.
    ///
    /// - Parameters:
    ///   - readsAll: true to compare the checksum; false to compare the size only.
    ///   - report: called with the number of bytes of each piece that was read.
    func problem(of file: File, in folder: String, readsAll: Bool, report: (Int) -> Void = { _ in }) -> String? {
        let path = folder + "/" + file.path
        var information = stat()
        guard stat(path, &information) == 0 else {
            guard errno == ENOENT else { return "cannot be read: \(String(cString: strerror(errno)).lowercased())" }
            return optional.map { file.path.hasPrefix($0) } == true ? nil : "is missing"
        }
        guard information.st_size == file.size else { return "has \(information.st_size) bytes in place of \(file.size)" }
        guard access(path, R_OK) == 0 else { return "cannot be read: \(String(cString: strerror(errno)).lowercased())" }
        guard readsAll else { return nil }
        do throws(FileTreeError) {
            return try FileDigest.sha256(path, report: report) == file.digest ? nil : "is damaged: its checksum differs from the manifest's"
        } catch {
            return error.description
        }
    }

    /// Returns the paths below a folder that the list does not name: files, and what is neither a file nor a folder.
    func unlisted(in folder: String) -> [String] {
        let listed = Set(files.map(\.path))
        return FileTree.entries(below: folder).filter { !listed.contains($0) }
    }

    /// Returns the files that are not as the list says, each with what is wrong.
    func problems(in folder: String, readsAll: Bool, report: (Int) -> Void = { _ in }) -> [String] {
        files.compactMap { file in problem(of: file, in: folder, readsAll: readsAll, report: report).map { "\(file.path) \($0)" } }
    }
}

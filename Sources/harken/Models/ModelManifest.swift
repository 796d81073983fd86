import Framing
import Glibc
import Net

/// The list of the files in a models folder, with sizes and checksums. Set-up writes it into the folder.
struct ModelManifest {
    struct File {
        /// The path below the folder.
        var path: String
        var size: Int
        /// The SHA-256 digest, in hexadecimal digits.
        var digest: String

        /// True if the file is for tests of Harken only. Archives leave such files out.
        var isForTests: Bool { path.hasPrefix("test-audio/") }
    }

    static let name = "manifest.json"

    /// The digest of the list of packages that the models were made from.
    let parts: String
    let files: [File]

    /// Reads the manifest of a folder; nil when the folder has none.
    ///
    /// - Throws: a description of what is wrong with the manifest.
    init?(folder: String) throws(ModelError) {
        let path = folder + "/" + Self.name
        guard let text = TextFile.read(path) else {
            if errno == ENOENT || errno == ENOTDIR { return nil }
            throw ModelError("\(path) cannot be read: \(String(cString: strerror(errno)).lowercased())")
        }
        guard let manifest = Self.parse(text) else { throw ModelError("\(path) is not a manifest of models; \(ModelError.remedy)") }
        (parts, files) = manifest
    }

    private static func parse(_ text: String) -> (parts: String, files: [File])? {
        guard let document = try? JSONDocument(parsing: Array(text.utf8)), let parts = document.root["parts"].string else { return nil }
        var files: [File] = []
        var isSound = document.root["files"].isObject
        document.root["files"].forEachMember { path, value in
            guard let size = value["bytes"].int, let digest = value["sha256"].string, ModelArchive.isInside(path) else {
                isSound = false
                return
            }
            files.append(File(path: path, size: size, digest: digest.lowercased()))
        }
        return isSound ? (parts, files.sorted { $0.path < $1.path }) : nil
    }

    /// Returns what is wrong with a file of the folder, in words; nil when nothing is.
    ///
    /// - Parameter readsAll: true to compare the checksum; false to compare the size only.
    func problem(of file: File, in folder: String, readsAll: Bool) -> String? {
        let path = folder + "/" + file.path
        var information = stat()
        guard stat(path, &information) == 0 else {
            return errno == ENOENT ? (file.isForTests ? nil : "is missing") : "cannot be read: \(String(cString: strerror(errno)).lowercased())"
        }
        guard information.st_size == file.size else { return "has \(information.st_size) bytes in place of \(file.size)" }
        guard access(path, R_OK) == 0 else { return "cannot be read: \(String(cString: strerror(errno)).lowercased())" }
        guard readsAll else { return nil }
        do throws(FileTreeError) {
            return try FileDigest.sha256(path) == file.digest ? nil : "is damaged: its checksum differs from the manifest's"
        } catch {
            return error.description
        }
    }

    /// Returns the files that are not as the manifest says, each with what is wrong.
    func problems(in folder: String, readsAll: Bool) -> [String] {
        files.compactMap { file in problem(of: file, in: folder, readsAll: readsAll).map { "\(file.path) \($0)" } }
    }
}

/// A failure with models, in one line that says what to do.
struct ModelError: Error, CustomStringConvertible {
    static let remedy = "install the models again: harken models install FILE"

    let description: String

    init(_ description: String) { self.description = description }
}

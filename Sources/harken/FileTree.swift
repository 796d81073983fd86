import Glibc

/// Files and folders below a folder.
enum FileTree {
    /// Deletes a file, or a folder with everything in it. Links are deleted, not followed. Returns false when something is left.
    @discardableResult static func delete(_ path: String) -> Bool {
        for name in names(in: path) { delete(path + "/" + name) }
        return remove(path) == 0 || errno == ENOENT
    }

    /// Returns the names in a folder, sorted; none when the path is not a folder.
    static func names(in path: String) -> [String] {
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard descriptor >= 0, let folder = fdopendir(descriptor) else { return [] }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) } }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    /// Makes a folder and the folders above it that do not exist.
    static func makeFolder(_ path: String) throws(FileTreeError) {
        var made = ""
        for part in path.split(separator: "/", omittingEmptySubsequences: true) {
            made += (made.isEmpty && !path.hasPrefix("/") ? "" : "/") + part
            if mkdir(made, 0o755) != 0, errno != EEXIST { throw FileTreeError("make the folder", made) }
        }
    }

    /// Returns the path without its last part: `.` for a name without folders.
    static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }
}

/// A failure with a file, in words: what could not be done with which file, and why.
struct FileTreeError: Error, CustomStringConvertible {
    let description: String

    /// - Parameter code: the value of `errno`.
    init(_ action: String, _ path: String, code: Int32 = errno) {
        description = "cannot \(action) \(path): \(String(cString: strerror(code)).lowercased())"
    }
}

import Glibc
import Net
import Store

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

    /// Returns the paths of all plain files below a folder, relative to the folder, sorted.
    static func files(below path: String) -> [String] {
        entries(below: path).filter { name in
            var information = stat()
            return lstat(path + "/" + name, &information) == 0 && information.st_mode & S_IFMT == S_IFREG
        }
    }

    /// Returns the paths of everything below a folder but folders, relative to the folder, sorted. Links are not followed.
    static func entries(below path: String) -> [String] {
        names(in: path).flatMap { name in
            var information = stat()
            // A name that is not UTF-8 is listed, and names no file.
            guard lstat(path + "/" + name, &information) == 0 else { return [name] }
            return information.st_mode & S_IFMT == S_IFDIR ? entries(below: path + "/" + name).map { name + "/" + $0 } : [name]
        }
    }

    /// Returns the size of a file, or of all files below a folder, in bytes; 0 when the path does not exist.
    static func byteCount(of path: String) -> Int {
        var information = stat()
        guard lstat(path, &information) == 0 else { return 0 }
        guard information.st_mode & S_IFMT == S_IFDIR else { return Int(information.st_size) }
        return names(in: path).reduce(0) { $0 + byteCount(of: path + "/" + $1) }
    }

    /// Gives a file, or a folder with everything in it, to the owner of a directory.
    static func give(_ path: String, to owner: DirectoryOwner) {
        for name in names(in: path) { give(path + "/" + name, to: owner) }
        _ = lchown(path, owner.user, owner.group)
    }

    /// Makes a second name of a file that does not change, or a copy where that is not possible. Does nothing when the name exists, or when the file
    /// does not exist any more.
    static func duplicate(_ path: String, to target: String) throws(FileTreeError) {
        if link(path, target) == 0 || errno == EEXIST || errno == ENOENT { return }
        try copy(path, to: target)
    }

    /// Copies a file. Does nothing when the file does not exist.
    static func copy(_ path: String, to target: String) throws(FileTreeError) {
        let source = open(path, O_RDONLY | O_CLOEXEC)
        guard source >= 0 else {
            if errno == ENOENT { return }
            throw FileTreeError("read", path)
        }
        defer { close(source) }
        let sink = open(target, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard sink >= 0 else { throw FileTreeError("write", target) }
        defer { close(sink) }
        var buffer = [UInt8](repeating: 0, count: 1 << 18)
        while true {
            let count = read(source, &buffer, buffer.count)
            if count == 0 { return }
            guard count > 0 else { throw FileTreeError("read", path) }
            do throws(SystemError) { try writeAll(buffer.span.extracting(first: count).bytes, to: sink) } catch {
                throw FileTreeError("write", target, code: error.code)
            }
        }
    }

    /// Makes a folder and the folders above it that do not exist.
    ///
    /// - Parameter keepsOwner: true to give each folder that root makes to the owner of the folder above it, who can then delete the content.
    static func makeFolder(_ path: String, keepsOwner: Bool = false) throws(FileTreeError) {
        var made = ""
        for part in path.split(separator: "/", omittingEmptySubsequences: true) {
            made += (made.isEmpty && !path.hasPrefix("/") ? "" : "/") + part
            if mkdir(made, 0o755) != 0 {
                guard errno == EEXIST else { throw FileTreeError("make the folder", made) }
            } else if keepsOwner, let owner = DirectoryOwner(besideFile: made) {
                _ = lchown(made, owner.user, owner.group)
            }
        }
    }

    /// Makes a file its owner's only, and brings its content to the disk.
    static func settle(_ path: String) throws(FileTreeError) {
        let descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileTreeError("open", path) }
        defer { close(descriptor) }
        guard fchmod(descriptor, 0o600) == 0, fsync(descriptor) == 0 else { throw FileTreeError("write", path) }
    }

    /// Brings the names in the folder of a file to the disk.
    static func syncFolder(of path: String) throws(FileTreeError) {
        let folder = folder(of: path)
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileTreeError("open", folder) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw FileTreeError("write", folder) }
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

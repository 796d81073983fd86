import Audio
import Glibc

/// The place to which a path for results leads.
enum OutputPlace: Equatable {
    /// A plain file, or a name that is free. The path has no link as its last part.
    ///
    /// - Parameter owner: owner and mode of the file that is there; nil: the name is free.
    case file(String, owner: FileOwner?)
    /// A pipe, a device, or an open file of this process such as `/dev/stdout`: an open descriptor, which the caller closes.
    case stream(Int32)

    /// Maximum number of links that are followed, as the system has it.
    private static let maxLinks = 40

    /// Follows the path. Opens what is written directly, and waits until somebody reads it if it is a pipe.
    ///
    /// - Throws: `OutputFileError` when the path cannot be written, when a link's target is not UTF-8, and when the task is cancelled.
    init(_ path: String) throws(OutputFileError) {
        switch try Self.end(of: path) {
        case .descriptor(let number):
            let copy = fcntl(number, F_DUPFD_CLOEXEC, 0)
            guard copy >= 0 else { throw OutputFileError("write", path) }
            self = .stream(copy)
        case .nothing(let place): self = .file(place, owner: nil)
        case .thing(let place, let information):
            switch information.st_mode & S_IFMT {
            case S_IFREG:
                // The folder alone decides about a new name, and a file that may not be written is not to be replaced either.
                guard access(place, W_OK) == 0 else { throw OutputFileError("write", path) }
                self = .file(place, owner: FileOwner(information))
            case S_IFDIR: throw OutputFileError("write", path, code: EISDIR)
            case S_IFIFO:
                guard let descriptor = InterruptibleWait.openForWriting(pipe: place) else { throw OutputFileError("\(path): interrupted") }
                guard descriptor >= 0 else { throw OutputFileError("write", path) }
                self = .stream(descriptor)
            default:
                let descriptor = open(place, O_WRONLY | O_CLOEXEC)
                guard descriptor >= 0 else { throw OutputFileError("write", path) }
                self = .stream(descriptor)
            }
        }
    }

    /// Returns true if a path leads to a pipe, a device or an open file of this process. Opens nothing.
    static func isStream(_ path: String) -> Bool {
        guard let end = try? Self.end(of: path) else { return false }
        switch end {
        case .descriptor: return true
        case .nothing: return false
        case .thing(_, let information): return ![S_IFREG, S_IFDIR].contains(information.st_mode & S_IFMT)
        }
    }

    /// The thing at the end of a path's links.
    private enum End {
        /// An open file of this process.
        case descriptor(Int32)
        /// A name that is free.
        case nothing(String)
        /// A file, a folder, a pipe or a device, with what the system knows of it.
        case thing(String, stat)
    }

    /// Follows the links of a path.
    private static func end(of path: String) throws(OutputFileError) -> End {
        var place = path
        for _ in 0..<maxLinks {
            if let number = ownDescriptor(place) { return .descriptor(number) }
            var information = stat()
            guard lstat(place, &information) == 0 else {
                guard errno == ENOENT else { throw OutputFileError("write", path) }
                return .nothing(place)
            }
            guard information.st_mode & S_IFMT == S_IFLNK else { return .thing(place, information) }
            let target = try Self.target(of: place, for: path)
            place = target.hasPrefix("/") ? target : FileTree.folder(of: place) + "/" + target
        }
        throw OutputFileError("write", path, code: ELOOP)
    }

    /// Returns the number of the descriptor that a path such as `/dev/fd/1` names; nil for other paths. `/dev/stdout` is a link to such a path. To open
    /// the path again would write over the beginning of a file that a shell appends to.
    private static func ownDescriptor(_ path: String) -> Int32? {
        guard let name = path.split(separator: "/").last, let number = Int32(name), let folder = realpath(FileTree.folder(of: path), nil) else {
            return nil
        }
        defer { free(folder) }
        return String(cString: folder) == "/proc/\(getpid())/fd" ? number : nil
    }

    /// Returns the target of a link. Paths are text here, so a target that is not UTF-8 would name another file.
    private static func target(of link: String, for path: String) throws(OutputFileError) -> String {
        var buffer = [CChar](repeating: 0, count: 4_097)
        let count = readlink(link, &buffer, buffer.count)
        guard count > 0 else { throw OutputFileError("write", path) }
        guard count < buffer.count else { throw OutputFileError("write", path, code: ENAMETOOLONG) }
        guard let target = String(validating: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self) else {
            throw OutputFileError("cannot write \(path): the link \(link) leads to a name that is not UTF-8; give the path of another file")
        }
        return target
    }
}

/// Owner, group and mode of a file.
struct FileOwner: Equatable {
    private let user: uid_t
    private let group: gid_t
    private let mode: mode_t

    init(_ information: stat) {
        user = information.st_uid
        group = information.st_gid
        mode = information.st_mode & 0o777
    }

    /// Gives an open file this owner and this mode.
    ///
    /// - Returns: false when the file cannot have the owner.
    func take(over descriptor: Int32) -> Bool {
        var information = stat()
        guard fstat(descriptor, &information) == 0 else { return false }
        let isOwner = (information.st_uid == user && information.st_gid == group) || fchown(descriptor, user, group) == 0
        return fchmod(descriptor, mode) == 0 && isOwner
    }
}

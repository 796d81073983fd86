package import Glibc

/// The owner and the group of a directory of data, as far as files in it must be given to them: nobody but root can give a file away, and root needs
/// to only where the directory is somebody else's.
///
/// A command that an administrator runs through `sudo` makes files in the directory of the gateway's user, who could not read them otherwise. A file
/// that cannot be given away, as in a container without `CAP_CHOWN`, stays root's.
package struct DirectoryOwner: Sendable, Equatable {
    package let user: uid_t
    package let group: gid_t

    /// The owner of a directory; nil when files in it need not be given away.
    package init?(of directory: String) {
        var information = stat()
        guard geteuid() == 0, stat(directory, &information) == 0, information.st_uid != 0 else { return nil }
        user = information.st_uid
        group = information.st_gid
    }

    /// The owner of the directory in which a file lies; nil when the file need not be given away.
    package init?(besideFile path: String) {
        guard let slash = path.lastIndex(of: "/") else {
            self.init(of: ".")
            return
        }
        self.init(of: slash == path.startIndex ? "/" : String(path[..<slash]))
    }

    /// Gives a file or a folder that this process has made to the owner. A file with a second name is left: it may not be what this process has made.
    package func give(_ descriptor: Int32) {
        var information = stat()
        guard fstat(descriptor, &information) == 0 else { return }
        switch information.st_mode & S_IFMT {
        case S_IFDIR: break
        case S_IFREG where information.st_nlink == 1: break
        default: return
        }
        _ = fchown(descriptor, user, group)
    }

    /// Opens a file for its owner only, and makes it, as a file of the folder's owner, if it does not exist. A file that exists keeps its owner.
    ///
    /// - Parameter flags: flags of `open` without `O_CREAT`; with `O_EXCL`, a file that exists is an error.
    /// - Returns: the descriptor; -1 after an error, and `errno` has the reason.
    package static func openFile(_ path: String, _ flags: Int32) -> Int32 {
        let made = open(path, flags | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        if made >= 0 {
            DirectoryOwner(besideFile: path)?.give(made)
            return made
        }
        guard errno == EEXIST, flags & O_EXCL == 0 else { return made }
        return open(path, flags | O_CREAT | O_CLOEXEC, 0o600)
    }

    /// Makes a folder for its owner only, as a folder of the owner of the folder above it.
    ///
    /// - Returns: false after an error, and `errno` has the reason, such as `EEXIST`.
    package static func makeFolder(_ path: String) -> Bool {
        guard mkdir(path, 0o700) == 0 else { return false }
        guard let owner = DirectoryOwner(besideFile: path) else { return true }
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard descriptor >= 0 else { return true }
        owner.give(descriptor)
        close(descriptor)
        return true
    }
}

import Glibc

/// The identity of the file behind a path; different paths may lead to the same file.
struct FileIdentity: Equatable {
    private let device: UInt
    private let inode: UInt

    /// Looks up the file; nil when it does not exist.
    init?(path: String) {
        var information = stat()
        guard stat(path, &information) == 0 else { return nil }
        self.init(information)
    }

    /// Looks up an open file; nil when the system cannot.
    init?(descriptor: Int32) {
        var information = stat()
        guard fstat(descriptor, &information) == 0 else { return nil }
        self.init(information)
    }

    private init(_ information: stat) {
        device = UInt(information.st_dev)
        inode = UInt(information.st_ino)
    }

    /// Returns the reason why a path cannot be read as a file; nil when it can.
    ///
    /// - Parameter again: true if the file is read more than once, which a pipe or a device cannot be.
    static func problem(path: String, again: Bool = false) -> String? {
        var information = stat()
        guard stat(path, &information) == 0, access(path, R_OK) == 0 else { return String(cString: strerror(errno)).lowercased() }
        switch information.st_mode & S_IFMT {
        case S_IFDIR: return "is a directory; name the files in it"
        case S_IFREG: return nil
        default: return again ? "is a pipe or a device, which can be read only once; write its content into a file first" : nil
        }
    }
}

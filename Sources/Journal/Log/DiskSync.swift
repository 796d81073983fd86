internal import Glibc

/// Brings what the kernel keeps of a file to the disk itself.
package struct DiskSync: Sendable {
    private let data: @Sendable (Int32) -> Int32
    private let folder: @Sendable (Int32) -> Int32

    /// - Parameters:
    ///   - data: `fdatasync`, or what stands for it.
    ///   - folder: `fsync` of a directory.
    package init(data: @escaping @Sendable (Int32) -> Int32, folder: @escaping @Sendable (Int32) -> Int32) {
        self.data = data
        self.folder = folder
    }

    package static let system = DiskSync(data: { fdatasync($0) }, folder: { fsync($0) })

    /// - Returns: the reason why the data is not on the disk; nil: the data is on the disk.
    package func sync(_ descriptor: Int32) -> String? { Self.problem { data(descriptor) } }

    /// The names in the folder in which a file is.
    package func syncFolder(of path: String) -> String? {
        let descriptor = open(String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)]), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return String(cString: strerror(errno)) }
        defer { close(descriptor) }
        return Self.problem { folder(descriptor) }
    }

    private static func problem(_ call: () -> Int32) -> String? {
        while call() != 0 {
            let code = errno
            if code != EINTR { return String(cString: strerror(code)) }
        }
        return nil
    }
}

internal import Glibc

/// Writes data that the kernel keeps of a file to the disk itself.
package struct DiskSync: Sendable {
    private let data: @Sendable (Int32) -> Int32
    private let folder: @Sendable (Int32) -> Int32

    /// - Parameters:
    ///   - data: `fdatasync`, or a replacement. Takes a file descriptor.
    ///   - folder: `fsync` of a directory, or a replacement. Takes a file descriptor.
    package init(data: @escaping @Sendable (Int32) -> Int32, folder: @escaping @Sendable (Int32) -> Int32) {
        self.data = data
        self.folder = folder
    }

    package static let system = DiskSync(data: { fdatasync($0) }, folder: { fsync($0) })

    /// Brings a file's data to the disk.
    ///
    /// - Returns: the reason for a failure; nil: the data is on the disk.
    package func sync(_ descriptor: Int32) -> String? { Self.problem { data(descriptor) } }

    /// Brings the file names in the folder of the file to the disk.
    ///
    /// - Returns: the reason for a failure; nil: the names are on the disk.
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

import Glibc

/// A gateway's claim of a data directory: no other gateway serves from the directory while the claim lives. The claim ends with the process, even when
/// the process crashes, unless another process has taken it over.
package final class DirectoryClaim: Sendable {
    /// The locked file. A process that gets the descriptor has the claim too.
    package let descriptor: Int32

    init(descriptor: Int32) { self.descriptor = descriptor }

    /// Takes over the claim of a running gateway, and takes ownership of the descriptor; nil when it is not the claim of this directory.
    package init?(adopting descriptor: Int32, of directory: DataDirectory) {
        var held = stat(), named = stat()
        guard fstat(descriptor, &held) == 0, stat(directory.lock, &named) == 0, held.st_ino == named.st_ino, held.st_dev == named.st_dev else {
            return nil
        }
        self.descriptor = descriptor
    }

    deinit { close(descriptor) }
}

import Glibc

/// A gateway's claim of a data directory: no other gateway works in the directory while the claim lives. The claim ends with the process, even when
/// the process crashes.
package final class DirectoryClaim: Sendable {
    private let descriptor: Int32

    init(descriptor: Int32) { self.descriptor = descriptor }

    deinit { close(descriptor) }
}

import Glibc

/// While it lives, no other gateway works in the same data directory. Ends with the process, however that ends.
package final class DirectoryClaim: Sendable {
    private let descriptor: Int32

    init(descriptor: Int32) { self.descriptor = descriptor }

    deinit { close(descriptor) }
}

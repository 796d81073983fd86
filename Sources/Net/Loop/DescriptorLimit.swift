import Glibc

/// The number of descriptors that the process may have open.
package enum DescriptorLimit {
    /// The limit as it is now: once there is a `LoopGroup`, the highest that the system allows.
    package static var current: Int {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 1024 }
        return Int(clamping: limit.rlim_cur)
    }

    /// Connections that a server may have, so that a quarter of the descriptors, or 256 of some hundreds, are left for files and for connections to
    /// others.
    package static func connections(of limit: Int) -> Int {
        max(1, limit - max(limit / 4, min(256, limit / 2)))
    }
}

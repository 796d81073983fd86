import Glibc

/// The maximum number of open descriptors of the process.
package enum DescriptorLimit {
    /// The present limit; once there is a `LoopGroup`, the highest limit that the system allows.
    package static var current: Int {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 1024 }
        return Int(clamping: limit.rlim_cur)
    }

    /// Returns the number of connections that a server may have. At least a quarter of the descriptors, or 256 out of some hundreds, is left for
    /// files and for connections to other servers.
    package static func connections(of limit: Int) -> Int {
        max(1, limit - max(limit / 4, min(256, limit / 2)))
    }
}

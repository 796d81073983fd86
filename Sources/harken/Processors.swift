import Glibc

enum Processors {
    /// Number of processors that this process may use.
    static let count = max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))
}

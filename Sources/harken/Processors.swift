import Glibc

enum Processors {
    /// How many this process may use.
    static let count = max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))
}

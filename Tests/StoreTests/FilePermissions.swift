import Glibc

/// The permission bits of a file; nil when it is not there.
func permissions(of path: String) -> mode_t? {
    var information = stat()
    return stat(path, &information) == 0 ? information.st_mode & 0o777 : nil
}

internal import Glibc

/// Makes a folder and the folders above it, as far as they do not exist, for their owner only.
///
/// - Throws: the error of the first call that failed; its text names the folder that the call was to make.
package func makeFolder(_ path: String) throws(SystemError) {
    var made = ""
    for part in path.split(separator: "/") {
        made += (made.isEmpty && !path.hasPrefix("/") ? "" : "/") + part
        guard mkdir(made, 0o700) == 0 || errno == EEXIST else { throw SystemError(call: "mkdir \(made)") }
    }
}

import Glibc

/// The empty file `keys-exist` next to the database: says that this installation has access keys, or had some.
///
/// A database that has lost its keys looks like a new one, and a gateway without keys serves everybody on its machine. So a database without any key
/// is not opened while the marker is there.
struct KeysMarker: Sendable {
    let path: String

    init(of directory: DataDirectory) { path = directory.path + "/keys-exist" }

    /// Returns true if the marker exists. Throws when the file system does not tell.
    func isThere() throws(StoreError) -> Bool {
        if access(path, F_OK) == 0 { return true }
        guard errno == ENOENT else { throw .failure(path) }
        return false
    }

    /// Creates the file if it does not exist. After `bringToDisk` the file survives a power cut.
    func write() throws(StoreError) {
        let descriptor = DirectoryOwner.openFile(path, O_WRONLY)
        guard descriptor >= 0 else { throw .failure(path) }
        close(descriptor)
    }

    func bringToDisk() throws(StoreError) { try PrivateFile.syncFolder(of: path) }

    func remove() { unlink(path) }
}

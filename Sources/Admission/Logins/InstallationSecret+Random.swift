internal import Net
package import Store

extension InstallationSecret {
    /// Reads the secret of the data directory. Creates the secret if there is none.
    package init(of directory: DataDirectory) throws(StoreError) {
        try self.init(of: directory, mayCreate: true) { (count) throws(StoreError) in
            do throws(TLSError) { return try secureRandomBytes(count) } catch { throw .cryptography("the system has no random bytes") }
        }
    }
}

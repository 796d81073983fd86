/// The secret with which this installation hashes its access keys. Without the secret, a copy of the database tells nothing about the keys.
package struct InstallationSecret: Sendable {
    static let byteCount = 32

    package let bytes: [UInt8]

    /// Reads the secret of `directory`. Creates the secret, readable for its owner only, if there is none.
    ///
    /// - Parameter mayCreate: false when the database has hashes already, because a new secret could not check these.
    package init(of directory: DataDirectory, mayCreate: Bool, random: (Int) throws(StoreError) -> [UInt8]) throws(StoreError) {
        let path = directory.secret
        bytes = try directory.withSetUpLock { () throws(StoreError) in
            if let found = try Self.read(path) { return found }
            guard mayCreate else { throw .secretMissing(path: path) }
            let made = try random(Self.byteCount)
            try PrivateFile.write(made, to: path)
            return made
        }
    }

    private static func read(_ path: String) throws(StoreError) -> [UInt8]? {
        guard let bytes = try PrivateFile.read(path, limit: byteCount + 1) else { return nil }
        guard bytes.count == byteCount else { throw .corrupt(path: path, detail: "the file must have \(byteCount) bytes") }
        return bytes
    }
}

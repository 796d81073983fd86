/// The bytes that this installation's key hashes are made with: without them, a copy of the database says nothing about the keys.
package struct InstallationSecret: Sendable {
    static let byteCount = 32

    package let bytes: [UInt8]

    /// Reads the secret of `directory`; makes it, readable for its owner only, unless it is there.
    ///
    /// - Parameter mayCreate: false when hashes exist that a new secret could not check.
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

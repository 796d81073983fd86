/// The file `replica` of a data directory, which has the directory's id in the register of replicas.
enum ReplicaPlace {
    private static let byteCount = 32

    /// Returns an id for this process: the directory's, which is made if there is none, and one of the process.
    static func id(in directory: DataDirectory) throws(StoreError) -> String {
        let path = directory.path + "/replica"
        let place = try directory.withSetUpLock { () throws(StoreError) in
            if let found = try PrivateFile.read(path, limit: byteCount + 1), found.count == byteCount, found.allSatisfy(isDigit) { return found }
            let made = Array((digits() + digits()).utf8)
            try PrivateFile.write(made, to: path)
            return made
        }
        return String(decoding: place, as: UTF8.self) + "/" + digits()
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
    }

    /// Sixteen random digits.
    private static func digits() -> String {
        let text = String(UInt64.random(in: .min ... .max), radix: 16)
        return String(repeating: "0", count: 16 - text.count) + text
    }
}

/// Reads UUIDs as clients write them.
package enum UUIDText {
    /// Returns the UUID in lower case; nil when the text is not a UUID.
    package static func canonical(_ text: String) -> String? {
        let groups = text.split(separator: "-", omittingEmptySubsequences: false)
        guard groups.map(\.utf8.count) == [8, 4, 4, 4, 12], groups.allSatisfy({ $0.utf8.allSatisfy(isDigit) }) else { return nil }
        return text.lowercased()
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        [0x30...0x39, 0x41...0x46, 0x61...0x66].contains { $0.contains(byte) }
    }
}

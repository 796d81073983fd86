/// The name of a blob in its store: letters, digits, `-`, `_` and `.`; the first character is not `.`. At most 200 bytes.
///
/// A name is valid as a file name, and never leads out of a folder.
package struct BlobName: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let text: String

    /// Maximum length of a name in bytes.
    package static let maxByteCount = 200

    /// Returns nil when the text is not a valid name.
    package init?(_ text: String) {
        let isPlain = text.utf8.allSatisfy { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F: true
            default: false
            }
        }
        guard isPlain, (1...Self.maxByteCount).contains(text.utf8.count), !text.hasPrefix(".") else { return nil }
        self.text = text
    }

    package static func < (a: Self, b: Self) -> Bool { a.text < b.text }

    package var description: String { text }
}

/// The name of a time zone in the IANA database: `Europe/Berlin`. A name never leads out of the database's folder.
package struct TimeZoneName: Hashable, Sendable, CustomStringConvertible {
    package static let utc = TimeZoneName(known: "UTC")

    /// Name of the user's setting that has the user's zone.
    package static let setting = "time_zone"

    package static let accepted = "a name of the IANA database, such as Europe/Berlin"

    package let text: String

    /// Maximum length in bytes.
    private static let maxText = 64
    /// Entries of the database's folder that are not zones, or whose clocks count leap seconds.
    private static let others: Set<Substring> = ["posix", "right", "localtime", "posixrules", "Factory"]

    private init(known text: String) { self.text = text }

    /// Checks the form of a name; nil when no zone can have the name. The zone need not exist.
    package init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard text.utf8.count <= Self.maxText, let first = parts.first, !Self.others.contains(first), parts.allSatisfy(Self.isPart) else {
            return nil
        }
        self.text = text
    }

    /// Parts begin with a letter, and have letters, digits, `_`, `-` and `+`.
    private static func isPart(_ part: Substring) -> Bool {
        guard let first = part.utf8.first, isLetter(first) else { return false }
        return part.utf8.allSatisfy { byte in isLetter(byte) || (0x30...0x39).contains(byte) || [0x5F, 0x2D, 0x2B].contains(byte) }
    }

    private static func isLetter(_ byte: UInt8) -> Bool { (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) }

    package var description: String { text }
}

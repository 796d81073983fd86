package import Speech

/// A part of a conversation's audio that is kept as a file.
package struct StoredAudio: Sendable, Equatable {
    /// Name of the file in the data directory's `audio` folder: letters, digits, `-`, `_` and `.`; the first character is not `.`.
    package var file: String
    /// Format of the file: `opus` for Opus in Ogg.
    package var format: String
    /// Start of the file, as time since the conversation's start. Negative when the conversation begins within the file.
    package var start: Duration
    package var duration: Duration
    package var byteCount: Int
    package var created: UnixTime

    package init(file: String, format: String = "opus", start: Duration, duration: Duration, byteCount: Int, created: UnixTime) {
        self.file = file
        self.format = format
        self.start = start
        self.duration = duration
        self.byteCount = byteCount
        self.created = created
    }

    /// Returns true if `file` is a valid name of a file directly in the folder.
    static func isName(_ file: String) -> Bool {
        let allowed = file.utf8.allSatisfy { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F: true
            default: false
            }
        }
        return allowed && file.utf8.count <= 200 && file.utf8.first.map { $0 != 0x2E } == true
    }
}
